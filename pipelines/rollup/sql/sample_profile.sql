-- grain: measure, whole, part: what the sample says of ids, for the profile of the day; see day/profile_daily.sql.
WITH bursts AS (
    -- Records do not come one by one: a device leaves several, which are there or not there together.
    SELECT
        channel,
        device_high,
        device_low,
        CASE WHEN device_low IS NULL THEN attempt_id END AS attempt_id,
        CASE WHEN device_low IS NULL AND attempt_id IS NULL THEN event_time END AS event_time,
        count(*) AS records
    FROM id_sample
    GROUP BY ALL
), bursts_of_all AS (
    SELECT sum(records) AS records FROM bursts GROUP BY device_high, device_low, attempt_id, event_time
), devices AS (
    SELECT platform, count(*) AS records
    FROM id_sample
    WHERE device_low IS NOT NULL AND stage IN ('authorize', 'verify', 'login')
    GROUP BY platform, device_high, device_low
), twins AS (
    SELECT channel, count(*) AS records
    FROM id_sample
    WHERE device_low IS NOT NULL
    GROUP BY channel, app_key, stage, device_high, device_low, event_time
), attempts AS (
    SELECT channel, stage, count(*) AS records
    FROM id_sample
    WHERE attempt_id IS NOT NULL
    GROUP BY channel, stage, attempt_id
), named_attempts AS (
    -- The attempts of channels, and their devices.
    SELECT DISTINCT channel, attempt_id, NULL::BIGINT AS device_high, NULL::BIGINT AS device_low
    FROM id_sample
    WHERE attempt_id IS NOT NULL AND device_low IS NOT NULL
    UNION ALL
    SELECT DISTINCT channel, NULL, device_high, device_low
    FROM id_sample
    WHERE attempt_id IS NOT NULL AND device_low IS NOT NULL
), phones AS (
    SELECT channel, count(*) AS records
    FROM id_sample
    WHERE phone_low IS NOT NULL
    GROUP BY channel, phone_high, phone_low
), large_apps AS (
    SELECT app_key FROM app_sizes WHERE records * 200 >= of_day
)
SELECT 'burst' AS measure, channel AS whole, unnest(['records', 'bursts']) AS part,
    unnest([sum(records), count(*)]) AS amount
FROM bursts
GROUP BY channel
UNION ALL
SELECT 'burst', '', unnest(['records', 'bursts']), unnest([sum(records), count(*)]) FROM bursts_of_all
UNION ALL
SELECT 'device_of_platform', platform, unnest(['records', '']), unnest([sum(records), count(*)])
FROM devices
GROUP BY platform
UNION ALL
SELECT 'twin', channel, unnest(['records', '']), unnest([sum(records), sum(records) - count(*)])
FROM twins
GROUP BY channel
UNION ALL
SELECT 'attempt', channel || ' ' || stage, unnest(['records', '']), unnest([sum(records), count(*)])
FROM attempts
GROUP BY channel, stage
UNION ALL
SELECT 'repeated_attempt', channel, unnest(['records', '']),
    unnest([count(attempt_id), count(attempt_id) - count(device_low)])
FROM named_attempts
GROUP BY channel
UNION ALL
SELECT 'phone', channel, unnest(['records', '']), unnest([sum(records), count(*)])
FROM phones
GROUP BY channel
UNION ALL
SELECT 'os_version', platform, os_version, count(*)
FROM id_sample
WHERE os_version IS NOT NULL
GROUP BY platform, os_version
QUALIFY count(*) * 50 >= sum(count(*)) OVER (PARTITION BY platform)
UNION ALL
SELECT 'account_of_app', app_key, account_id, count(*)
FROM id_sample SEMI JOIN large_apps USING (app_key)
WHERE account_id IS NOT NULL
GROUP BY app_key, account_id
QUALIFY count(*) * 20 >= sum(count(*)) OVER (PARTITION BY app_key)
UNION ALL
SELECT 'account_of_app', app_key, '', count(*)
FROM id_sample SEMI JOIN large_apps USING (app_key)
WHERE account_id IS NOT NULL
GROUP BY app_key
