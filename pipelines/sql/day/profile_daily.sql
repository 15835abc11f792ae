-- grain: day, measure, whole, part: how the day is made up, for the checks that compare it with the days before
WITH large_apps AS (
    -- What is told of single apps beyond their records is told of those that matter to the day.
    SELECT app_key
    FROM counts
    GROUP BY app_key
    HAVING sum(records) * 200 >= (SELECT sum(records) FROM counts)
), of_large_apps AS (
    SELECT counts.* FROM counts SEMI JOIN large_apps USING (app_key)
), answers AS (
    SELECT
        app_key,
        channel,
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
        unnest([
            'records',
            CASE WHEN result_code IS NOT NULL THEN 'result_code' END,
            CASE WHEN sdk_version IS NOT NULL THEN 'sdk_version' END,
            CASE WHEN scheme_id IS NOT NULL THEN 'scheme_id' END,
            CASE WHEN package_name IS NOT NULL THEN 'package_name' END,
            CASE WHEN carrier <> 'unknown' THEN 'carrier' END,
            CASE WHEN platform <> 'unknown' THEN 'platform' END
        ]) AS field,
        records
    FROM counts
    UNION ALL
    SELECT app_key, 'latency_ms', records FROM latency_histogram
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
    UNION ALL SELECT 'outcome_of_app', app_key, kind, records FROM answers SEMI JOIN large_apps USING (app_key)
    UNION ALL SELECT 'field', '', field, records FROM fields WHERE field IS NOT NULL
    UNION ALL
    SELECT 'field_of_app', app_key, field, records
    FROM fields SEMI JOIN large_apps USING (app_key)
    WHERE field IS NOT NULL
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
GROUP BY ALL
ORDER BY measure, whole, part
