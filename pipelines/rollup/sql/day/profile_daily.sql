-- grain: day, measure, whole, part: how the day is made up, for the checks that compare it with the days before
WITH large_apps AS (
    -- Beyond their records, only apps that matter to the day are reported.
    SELECT app_key FROM app_sizes WHERE records * 200 >= of_day
), main_apps AS (
    SELECT app_key FROM app_sizes WHERE records * 50 >= of_day
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
), parts AS (
    SELECT
        unnest([
            {'measure': 'channel', 'whole': '', 'part': channel},
            {'measure': 'platform', 'whole': '', 'part': platform},
            {'measure': 'carrier', 'whole': '', 'part': carrier},
            {'measure': 'vendor', 'whole': '', 'part': vendor},
            {'measure': 'stage', 'whole': channel, 'part': stage},
            {'measure': 'stage_of_platform', 'whole': channel || ' ' || platform, 'part': stage},
            {'measure': 'channel_of_platform', 'whole': platform, 'part': channel},
            {'measure': 'carrier_of_platform', 'whole': platform, 'part': carrier},
            {'measure': 'code', 'whole': channel, 'part': vendor || ' ' || result_code}
        ], recursive := true),
        records AS amount
    FROM cells
    UNION ALL
    SELECT
        unnest([
            {'measure': 'outcome', 'whole': '', 'part': kind},
            {'measure': 'outcome', 'whole': channel, 'part': kind},
            {'measure': 'outcome_of_stage', 'whole': channel || ' ' || stage, 'part': outcome},
            {'measure': 'outcome_of_platform', 'whole': channel || ' ' || platform, 'part': kind},
            {'measure': 'outcome_of_carrier', 'whole': channel || ' ' || carrier, 'part': kind},
            {'measure': 'outcome_of_line', 'whole': carrier || ' ' || platform, 'part': kind},
            {'measure': 'devices', 'whole': '', 'part': 'answers'},
            {'measure': 'devices', 'whole': channel, 'part': 'answers'}
        ], recursive := true),
        records
    FROM cells
    WHERE is_answer
    UNION ALL
    SELECT 'sdk_version', platform, sdk_version, records FROM cells SEMI JOIN versions USING (sdk_version)
    UNION ALL
    SELECT 'outcome_of_version', sdk_version, kind, records
    FROM cells SEMI JOIN versions USING (sdk_version)
    WHERE is_answer
    UNION ALL
    SELECT
        unnest([
            {'measure': 'field', 'whole': '', 'part': name},
            {'measure': 'field_of_channel', 'whole': channel, 'part': name},
            {'measure': 'field_of_platform', 'whole': platform, 'part': name}
        ], recursive := true),
        amount
    FROM fields
    UNION ALL SELECT 'app', '', app_key, records FROM app_sizes
    UNION ALL
    SELECT
        unnest([
            {'measure': 'channel_of_app', 'whole': app_key, 'part': channel},
            {'measure': 'platform_of_app', 'whole': app_key, 'part': platform},
            {'measure': 'package_of_app', 'whole': app_key, 'part': package_name},
            {'measure': 'scheme_of_app', 'whole': app_key, 'part': scheme_id}
        ], recursive := true),
        records
    FROM app_cells
    UNION ALL
    SELECT
        unnest([
            {'measure': 'outcome_of_app', 'whole': app_key, 'part': kind},
            {'measure': 'devices_of_app', 'whole': app_key, 'part': 'answers'}
        ], recursive := true),
        records
    FROM app_cells
    WHERE is_answer
    UNION ALL SELECT 'field_of_app', app_key, name, amount FROM app_fields
    UNION ALL
    SELECT
        unnest([
            {'measure': 'stage_of_app', 'whole': app_key || ' ' || channel, 'part': stage},
            {'measure': 'carrier_of_app', 'whole': app_key, 'part': carrier},
            {'measure': 'vendor_of_app', 'whole': app_key, 'part': vendor}
        ], recursive := true),
        records
    FROM main_cells
    UNION ALL
    SELECT 'outcome_of_app', app_key || ' ' || channel, kind, records FROM main_cells WHERE is_answer
    UNION ALL SELECT 'devices', '', 'devices', devices FROM device_sets
    UNION ALL
    SELECT 'devices', channel, 'devices', devices
    FROM device_sets JOIN (SELECT DISTINCT channel FROM cells) ON channels & channel_bit(channel_number(channel)) > 0
    UNION ALL
    SELECT 'devices_of_app', app_key, 'devices', devices FROM app_device_sets SEMI JOIN large_apps USING (app_key)
    UNION ALL SELECT 'busiest_device', channel, 'records', with_device_id FROM cells
    UNION ALL
    SELECT 'busiest_device', channel_of(channel), '', records FROM busiest_devices
    UNION ALL
    SELECT
        unnest([
            {'measure': 'hour', 'whole': '', 'part': format('{:02d}', hour)},
            {'measure': 'hour_of_channel', 'whole': channel, 'part': format('{:02d}', hour)},
            {'measure': 'hour_of_platform', 'whole': platform, 'part': format('{:02d}', hour)},
            {'measure': 'hour_of_stage', 'whole': channel || ' ' || stage, 'part': format('{:02d}', hour)},
            {'measure': 'latency_class', 'whole': channel, 'part': latency_class},
            {'measure': 'latency_class_of_platform', 'whole': platform, 'part': latency_class},
            {'measure': 'full_hour', 'whole': channel || ' ' || platform, 'part': 'records'}
        ], recursive := true),
        records
    FROM record_hours
    UNION ALL SELECT 'full_hour', channel || ' ' || platform, '', at_full_hour FROM record_hours
    UNION ALL
    SELECT 'hour_of_app', app_key, format('{:02d}', hour), records FROM app_hours SEMI JOIN large_apps USING (app_key)
    UNION ALL SELECT 'hour_of_source', source, format('{:02d}', hour), records FROM source_hours
    UNION ALL
    SELECT 'latency_of_app', app_key, channel, latency_p50_ms FROM latencies SEMI JOIN large_apps USING (app_key)
    UNION ALL SELECT measure, whole, part, amount FROM sample_profile
)
SELECT $day::DATE AS day, measure, whole, part, sum(amount)::BIGINT AS amount
FROM parts
WHERE part IS NOT NULL AND (amount > 0 OR measure = 'latency_of_app')
GROUP BY ALL
ORDER BY measure, whole, part
