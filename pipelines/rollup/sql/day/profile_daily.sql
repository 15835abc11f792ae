-- grain: day, measure, whole, part: how the day is made up, for the checks that compare it with the days before
WITH sizes AS (
    SELECT app_key, sum(records) AS records, sum(sum(records)) OVER () AS of_day FROM counts GROUP BY app_key
), large_apps AS (
    -- Beyond their records, only apps that matter to the day are reported.
    SELECT app_key FROM sizes WHERE records * 200 >= of_day
), main_apps AS (
    SELECT app_key FROM sizes WHERE records * 50 >= of_day
), cells AS MATERIALIZED (
    -- All that is asked without the app: few rows, however many apps there are.
    SELECT
        channel,
        stage,
        platform,
        carrier,
        vendor,
        sdk_version,
        outcome,
        CASE
            WHEN outcome IN ('success', 'mismatch') THEN 'success'
            WHEN outcome IN ('cancelled', 'switched') THEN 'cancelled'
            ELSE 'failed'
        END AS kind,
        stage IN ('authorize', 'verify', 'login') AS is_answer,
        result_code,
        sum(records) AS records,
        sum(records) FILTER (scheme_id IS NOT NULL) AS with_scheme_id,
        sum(records) FILTER (package_name IS NOT NULL) AS with_package_name,
        sum(with_os_version) AS with_os_version,
        sum(with_device_id) AS with_device_id,
        sum(with_phone) AS with_phone,
        sum(with_attempt_id) AS with_attempt_id,
        sum(with_account_id) AS with_account_id,
        sum(with_latency_ms) AS with_latency_ms
    FROM counts
    GROUP BY ALL
), app_cells AS MATERIALIZED (
    SELECT
        app_key,
        channel,
        stage,
        platform,
        carrier,
        vendor,
        scheme_id,
        package_name,
        CASE
            WHEN outcome IN ('success', 'mismatch') THEN 'success'
            WHEN outcome IN ('cancelled', 'switched') THEN 'cancelled'
            ELSE 'failed'
        END AS kind,
        stage IN ('authorize', 'verify', 'login') AS is_answer,
        sum(records) AS records,
        sum(records) FILTER (result_code IS NOT NULL) AS with_result_code,
        sum(records) FILTER (sdk_version IS NOT NULL) AS with_sdk_version,
        sum(with_os_version) AS with_os_version,
        sum(with_device_id) AS with_device_id,
        sum(with_phone) AS with_phone,
        sum(with_attempt_id) AS with_attempt_id,
        sum(with_account_id) AS with_account_id,
        sum(with_latency_ms) AS with_latency_ms
    FROM counts SEMI JOIN large_apps USING (app_key)
    GROUP BY ALL
), main_cells AS (
    SELECT app_cells.* FROM app_cells SEMI JOIN main_apps USING (app_key)
), answers AS (
    SELECT * FROM cells WHERE is_answer
), fields AS (
    SELECT
        channel,
        platform,
        unnest([
            {'name': 'records', 'amount': records},
            {'name': 'result_code', 'amount': CASE WHEN result_code IS NOT NULL THEN records END},
            {'name': 'sdk_version', 'amount': CASE WHEN sdk_version IS NOT NULL THEN records END},
            {'name': 'scheme_id', 'amount': with_scheme_id},
            {'name': 'package_name', 'amount': with_package_name},
            {'name': 'carrier', 'amount': CASE WHEN carrier <> 'unknown' THEN records END},
            {'name': 'platform', 'amount': CASE WHEN platform <> 'unknown' THEN records END},
            {'name': 'os_version', 'amount': with_os_version},
            {'name': 'device_id', 'amount': with_device_id},
            {'name': 'phone', 'amount': with_phone},
            {'name': 'attempt_id', 'amount': with_attempt_id},
            {'name': 'account_id', 'amount': with_account_id},
            {'name': 'latency_ms', 'amount': with_latency_ms}
        ], recursive := true)
    FROM cells
), app_fields AS (
    SELECT
        app_key,
        unnest([
            {'name': 'records', 'amount': records},
            {'name': 'result_code', 'amount': with_result_code},
            {'name': 'sdk_version', 'amount': with_sdk_version},
            {'name': 'scheme_id', 'amount': CASE WHEN scheme_id IS NOT NULL THEN records END},
            {'name': 'package_name', 'amount': CASE WHEN package_name IS NOT NULL THEN records END},
            {'name': 'carrier', 'amount': CASE WHEN carrier <> 'unknown' THEN records END},
            {'name': 'platform', 'amount': CASE WHEN platform <> 'unknown' THEN records END},
            {'name': 'os_version', 'amount': with_os_version},
            {'name': 'device_id', 'amount': with_device_id},
            {'name': 'phone', 'amount': with_phone},
            {'name': 'attempt_id', 'amount': with_attempt_id},
            {'name': 'account_id', 'amount': with_account_id},
            {'name': 'latency_ms', 'amount': with_latency_ms}
        ], recursive := true)
    FROM app_cells
), versions AS (
    -- Of versions there may be many, and few matter.
    SELECT sdk_version FROM cells GROUP BY sdk_version HAVING sum(records) * 100 >= (SELECT sum(records) FROM cells)
), hours AS (
    SELECT * FROM record_hours WHERE NOT is_of_app
), app_hours AS (
    SELECT record_hours.* FROM record_hours SEMI JOIN large_apps USING (app_key) WHERE is_of_app
), answering_devices AS (
    SELECT * FROM device_records WHERE answers > 0
), parts AS (
    SELECT 'channel' AS measure, '' AS whole, channel AS part, records AS amount FROM cells
    UNION ALL SELECT 'platform', '', platform, records FROM cells
    UNION ALL SELECT 'carrier', '', carrier, records FROM cells
    UNION ALL SELECT 'vendor', '', vendor, records FROM cells
    UNION ALL SELECT 'app', '', app_key, records FROM sizes
    UNION ALL SELECT 'stage', channel, stage, records FROM cells
    UNION ALL SELECT 'stage_of_platform', channel || ' ' || platform, stage, records FROM cells
    UNION ALL SELECT 'stage_of_app', app_key || ' ' || channel, stage, records FROM main_cells
    UNION ALL SELECT 'channel_of_platform', platform, channel, records FROM cells
    UNION ALL SELECT 'channel_of_app', app_key, channel, records FROM app_cells
    UNION ALL SELECT 'carrier_of_platform', platform, carrier, records FROM cells
    UNION ALL SELECT 'carrier_of_app', app_key, carrier, records FROM main_cells
    UNION ALL SELECT 'platform_of_app', app_key, platform, records FROM app_cells
    UNION ALL SELECT 'vendor_of_app', app_key, vendor, records FROM main_cells
    UNION ALL SELECT 'package_of_app', app_key, package_name, records FROM app_cells WHERE package_name IS NOT NULL
    UNION ALL SELECT 'scheme_of_app', app_key, scheme_id, records FROM app_cells WHERE scheme_id IS NOT NULL
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
    UNION ALL SELECT 'code', channel, vendor || ' ' || result_code, records FROM cells WHERE result_code IS NOT NULL
    UNION ALL SELECT 'outcome', '', kind, records FROM answers
    UNION ALL SELECT 'outcome', channel, kind, records FROM answers
    UNION ALL SELECT 'outcome_of_stage', channel || ' ' || stage, outcome, records FROM answers
    UNION ALL SELECT 'outcome_of_platform', channel || ' ' || platform, kind, records FROM answers
    UNION ALL SELECT 'outcome_of_carrier', channel || ' ' || carrier, kind, records FROM answers
    UNION ALL SELECT 'outcome_of_line', carrier || ' ' || platform, kind, records FROM answers
    UNION ALL SELECT 'outcome_of_version', sdk_version, kind, records FROM answers SEMI JOIN versions USING (sdk_version)
    UNION ALL SELECT 'outcome_of_app', app_key, kind, records FROM app_cells WHERE is_answer
    UNION ALL SELECT 'outcome_of_app', app_key || ' ' || channel, kind, records FROM main_cells WHERE is_answer
    UNION ALL SELECT 'field', '', name, amount FROM fields
    UNION ALL SELECT 'field_of_channel', channel, name, amount FROM fields
    UNION ALL SELECT 'field_of_platform', platform, name, amount FROM fields
    UNION ALL SELECT 'field_of_app', app_key, name, amount FROM app_fields
    UNION ALL SELECT 'sdk_version', platform, sdk_version, records FROM cells SEMI JOIN versions USING (sdk_version)
    UNION ALL
    SELECT 'os_version', platform, os_version, count(*)
    FROM id_sample
    WHERE os_version IS NOT NULL
    GROUP BY platform, os_version
    QUALIFY count(*) * 50 >= sum(count(*)) OVER (PARTITION BY platform)
    UNION ALL SELECT 'devices', '', 'answers', records FROM answers
    UNION ALL SELECT 'devices', channel, 'answers', records FROM answers
    UNION ALL SELECT 'devices_of_app', app_key, 'answers', records FROM app_cells WHERE is_answer
    UNION ALL SELECT 'devices', '', 'devices', count(DISTINCT (device_high, device_low)) FROM answering_devices
    UNION ALL
    SELECT 'devices', channel, 'devices', count(DISTINCT (device_high, device_low)) FROM answering_devices GROUP BY channel
    UNION ALL
    SELECT 'devices_of_app', app_key, 'devices', count(DISTINCT (device_high, device_low))
    FROM answering_devices SEMI JOIN large_apps USING (app_key)
    GROUP BY app_key
    UNION ALL
    -- Records do not come one by one: a device leaves several, which are there or not there together.
    SELECT
        'burst',
        whole,
        unnest(['records', 'bursts']),
        unnest([count(*), count(DISTINCT coalesce(hash_text(device_high, device_low), attempt_id, event_time::VARCHAR))])
    FROM (SELECT *, unnest(['', channel]) AS whole FROM id_sample)
    GROUP BY whole
    UNION ALL
    SELECT
        'device_of_platform', platform, unnest(['records', '']),
        unnest([count(*), count(DISTINCT (device_high, device_low))])
    FROM id_sample
    WHERE device_low IS NOT NULL AND stage IN ('authorize', 'verify', 'login')
    GROUP BY platform
    UNION ALL
    SELECT 'busiest_device', channel, unnest(['records', '']), unnest([sum(records), max(records)])
    FROM (SELECT channel, device_high, device_low, sum(records) AS records FROM device_records GROUP BY ALL)
    GROUP BY channel
    UNION ALL
    SELECT
        'twin',
        channel,
        unnest(['records', '']),
        unnest([count(*), count(*) - count(DISTINCT (app_key, stage, device_high, device_low, event_time))])
    FROM id_sample
    WHERE device_low IS NOT NULL
    GROUP BY channel
    UNION ALL
    SELECT
        'attempt', channel || ' ' || stage, unnest(['records', '']),
        unnest([count(*), count(DISTINCT attempt_id)])
    FROM id_sample
    WHERE attempt_id IS NOT NULL
    GROUP BY channel, stage
    UNION ALL
    SELECT
        'repeated_attempt', channel, unnest(['records', '']),
        unnest([count(DISTINCT attempt_id), count(DISTINCT attempt_id) - count(DISTINCT (device_high, device_low))])
    FROM id_sample
    WHERE attempt_id IS NOT NULL AND device_low IS NOT NULL
    GROUP BY channel
    UNION ALL
    SELECT 'phone', channel, unnest(['records', '']), unnest([count(*), count(DISTINCT (phone_high, phone_low))])
    FROM id_sample
    WHERE phone_low IS NOT NULL
    GROUP BY channel
    UNION ALL
    SELECT
        'full_hour', channel || ' ' || platform, unnest(['records', '']),
        unnest([sum(records), sum(at_full_hour)])
    FROM hours
    GROUP BY channel, platform
    UNION ALL
    SELECT 'latency_class', channel, latency_class, records FROM hours WHERE latency_class IS NOT NULL
    UNION ALL
    SELECT 'latency_class_of_platform', platform, latency_class, records FROM hours WHERE latency_class IS NOT NULL
    UNION ALL
    SELECT 'latency_of_app', app_key, channel, latency_p50_ms FROM latencies SEMI JOIN large_apps USING (app_key)
    UNION ALL SELECT 'hour', '', format('{:02d}', hour), records FROM hours
    UNION ALL SELECT 'hour_of_channel', channel, format('{:02d}', hour), records FROM hours
    UNION ALL SELECT 'hour_of_platform', platform, format('{:02d}', hour), records FROM hours
    UNION ALL SELECT 'hour_of_stage', channel || ' ' || stage, format('{:02d}', hour), records FROM hours
    UNION ALL SELECT 'hour_of_app', app_key, format('{:02d}', hour), records FROM app_hours
    UNION ALL SELECT 'hour_of_source', source, format('{:02d}', hour), records FROM source_hours
)
SELECT $day::DATE AS day, measure, whole, part, sum(amount)::BIGINT AS amount
FROM parts
WHERE amount > 0 OR measure = 'latency_of_app'
GROUP BY ALL
ORDER BY measure, whole, part
