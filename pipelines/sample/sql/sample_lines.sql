-- Grain: one row per record of sample_events, as its NDJSON line without absent fields. Plain concatenation is enough:
-- no value contains a character that JSON must escape (tested). `concat` leaves out NULLs and copies each text once; a
-- chain of `||` would copy the line at each field.
SELECT
    day_no,
    record_no,
    concat(
        '{"event_id":"', event_id, '","event_time":"', event_time, '","app_key":"', app_key,
        '","channel":"', channel, '","stage":"', stage, '"',
        ',"outcome":"' || outcome || '"',
        ',"result_code":"' || result_code || '"',
        ',"vendor":"' || vendor || '"',
        ',"platform":"' || platform || '"',
        ',"carrier":"' || carrier || '"',
        ',"scheme_id":"' || scheme_id || '"',
        ',"package_name":"' || package_name || '"',
        ',"device_id":"' || device_id || '"',
        ',"phone":"' || phone || '"',
        ',"latency_ms":' || latency_ms,
        ',"sdk_version":"' || sdk_version || '"',
        ',"os_version":"' || os_version || '"',
        ',"attempt_id":"', attempt_id, '"',
        ',"account_id":"' || account_id || '"',
        '}'
    ) AS line
FROM sample_events
