-- grain: day, measure, whole, part: how the day is made up, for the checks that compare it with the days before
WITH large_apps AS (
    -- What is told of single apps beyond their records is told of those that matter to the day.
    SELECT app_key
    FROM counts
    GROUP BY app_key
    HAVING sum(records) * 200 >= (SELECT sum(records) FROM counts)
), of_large_apps AS (
    SELECT counts.* FROM counts SEMI JOIN large_apps USING (app_key)
), main_apps AS (
    SELECT app_key
    FROM counts
    GROUP BY app_key
    HAVING sum(records) * 50 >= (SELECT sum(records) FROM counts)
), answers AS (
    SELECT
        app_key,
        channel,
        stage,
        platform,
        carrier,
        sdk_version,
        outcome,
        CASE
            WHEN outcome IN ('success', 'mismatch') THEN 'success'
            WHEN outcome IN ('cancelled', 'switched') THEN 'cancelled'
            ELSE 'failed'
        END AS kind,
        records
    FROM counts
    WHERE stage IN ('authorize', 'verify', 'login')
), fields AS (
    SELECT
        app_key,
        channel,
        platform,
        unnest([
            {'name': 'records', 'amount': records},
            {'name': 'result_code', 'amount': CASE WHEN result_code IS NOT NULL THEN records ELSE 0 END},
            {'name': 'sdk_version', 'amount': CASE WHEN sdk_version IS NOT NULL THEN records ELSE 0 END},
            {'name': 'scheme_id', 'amount': CASE WHEN scheme_id IS NOT NULL THEN records ELSE 0 END},
            {'name': 'package_name', 'amount': CASE WHEN package_name IS NOT NULL THEN records ELSE 0 END},
            {'name': 'carrier', 'amount': CASE WHEN carrier <> 'unknown' THEN records ELSE 0 END},
            {'name': 'platform', 'amount': CASE WHEN platform <> 'unknown' THEN records ELSE 0 END},
            {'name': 'os_version', 'amount': with_os_version},
            {'name': 'device_id', 'amount': with_device_id},
            {'name': 'phone', 'amount': with_phone},
            {'name': 'attempt_id', 'amount': with_attempt_id},
            {'name': 'account_id', 'amount': with_account_id},
            {'name': 'latency_ms', 'amount': with_latency_ms}
        ], recursive := true)
    FROM counts
), sampled AS (
    SELECT id_sample.* EXCLUDE (platform), coalesce(id_sample.platform, app_platforms.platform, 'unknown') AS platform
    FROM id_sample
    LEFT JOIN app_platforms USING (app_key)
), parts AS (
    SELECT 'channel' AS measure, '' AS whole, channel AS part, records AS amount FROM counts
    UNION ALL SELECT 'platform', '', platform, records FROM counts
    UNION ALL SELECT 'carrier', '', carrier, records FROM counts
    UNION ALL SELECT 'vendor', '', vendor, records FROM counts
    UNION ALL SELECT 'app', '', app_key, records FROM counts
    UNION ALL SELECT 'stage', channel, stage, records FROM counts
    UNION ALL SELECT 'channel_of_app', app_key, channel, records FROM of_large_apps
    UNION ALL SELECT 'platform_of_app', app_key, platform, records FROM of_large_apps
    UNION ALL SELECT 'package_of_app', app_key, package_name, records FROM of_large_apps WHERE package_name IS NOT NULL
    UNION ALL SELECT 'scheme_of_app', app_key, scheme_id, records FROM of_large_apps WHERE scheme_id IS NOT NULL
    UNION ALL SELECT 'code', channel, vendor || ' ' || result_code, records FROM counts WHERE result_code IS NOT NULL
    UNION ALL SELECT 'outcome', '', kind, records FROM answers
    UNION ALL SELECT 'outcome', channel, kind, records FROM answers
    UNION ALL SELECT 'outcome_of_stage', channel || ' ' || stage, outcome, records FROM answers
    UNION ALL SELECT 'outcome_of_platform', channel || ' ' || platform, kind, records FROM answers
    UNION ALL SELECT 'outcome_of_carrier', channel || ' ' || carrier, kind, records FROM answers
    UNION ALL SELECT 'outcome_of_line', carrier || ' ' || platform, kind, records FROM answers
    UNION ALL SELECT 'outcome_of_version', sdk_version, kind, records FROM answers WHERE sdk_version IS NOT NULL
    UNION ALL SELECT 'outcome_of_app', app_key, kind, records FROM answers SEMI JOIN large_apps USING (app_key)
    UNION ALL
    SELECT 'outcome_of_app', app_key || ' ' || channel, kind, records
    FROM answers SEMI JOIN main_apps USING (app_key)
    UNION ALL SELECT 'stage_of_platform', channel || ' ' || platform, stage, records FROM counts
    UNION ALL SELECT 'carrier_of_platform', platform, carrier, records FROM counts
    UNION ALL SELECT 'channel_of_platform', platform, channel, records FROM counts
    UNION ALL SELECT 'carrier_of_app', app_key, carrier, records FROM counts SEMI JOIN main_apps USING (app_key)
    UNION ALL SELECT 'vendor_of_app', app_key, vendor, records FROM counts SEMI JOIN main_apps USING (app_key)
    UNION ALL
    SELECT 'stage_of_app', app_key || ' ' || channel, stage, records FROM counts SEMI JOIN main_apps USING (app_key)
    UNION ALL SELECT 'field', '', name, amount FROM fields
    UNION ALL SELECT 'field_of_channel', channel, name, amount FROM fields
    UNION ALL SELECT 'field_of_platform', platform, name, amount FROM fields
    UNION ALL SELECT 'field_of_app', app_key, name, amount FROM fields SEMI JOIN large_apps USING (app_key)
    UNION ALL SELECT 'twin', channel, 'records', count(*) FROM sampled GROUP BY channel
    UNION ALL
    SELECT 'twin', channel, 'twin', count(*) - count(DISTINCT (app_key, stage, device_hash, event_time))
    FROM sampled
    GROUP BY channel
    UNION ALL SELECT 'attempt', channel, 'records', count(attempt_id) FROM sampled GROUP BY channel
    UNION ALL SELECT 'attempt', channel, 'attempt', count(DISTINCT attempt_id) FROM sampled GROUP BY channel
    UNION ALL
    SELECT 'device_of_platform', platform, 'records', count(*)
    FROM sampled
    WHERE stage IN ('authorize', 'verify', 'login')
    GROUP BY platform
    UNION ALL
    SELECT 'device_of_platform', platform, 'device', count(DISTINCT device_hash)
    FROM sampled
    WHERE stage IN ('authorize', 'verify', 'login')
    GROUP BY platform
    UNION ALL SELECT 'devices', '', 'answers', records FROM answers
    UNION ALL SELECT 'devices', channel, 'answers', records FROM answers
    UNION ALL
    SELECT 'devices_of_app', app_key, 'answers', records FROM answers SEMI JOIN large_apps USING (app_key)
    UNION ALL SELECT 'devices', '', 'devices', count(DISTINCT device_hash) FROM device_sets
    UNION ALL SELECT 'devices', channel, 'devices', count(DISTINCT device_hash) FROM device_sets GROUP BY channel
    UNION ALL
    SELECT 'devices_of_app', app_key, 'devices', count(DISTINCT device_hash)
    FROM device_sets SEMI JOIN large_apps USING (app_key)
    GROUP BY app_key
    UNION ALL
    SELECT 'latency_of_app', app_key, channel, latency_p50_ms FROM latencies SEMI JOIN large_apps USING (app_key)
    UNION ALL SELECT 'hour', '', format('{:02d}', hour), records FROM record_hours
    UNION ALL SELECT 'hour_of_channel', channel, format('{:02d}', hour), records FROM record_hours
    UNION ALL
    SELECT 'hour_of_app', app_key, format('{:02d}', hour), records FROM record_hours SEMI JOIN large_apps USING (app_key)
    UNION ALL SELECT 'hour_of_source', source, format('{:02d}', hour), records FROM source_hours
)
SELECT $day::DATE AS day, measure, whole, part, sum(amount)::BIGINT AS amount
FROM parts
WHERE amount > 0
GROUP BY ALL
ORDER BY measure, whole, part
