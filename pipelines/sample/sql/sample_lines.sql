-- Grain: one row per record of sample_events, as its NDJSON line without absent fields. Plain concatenation is enough:
-- no value contains a character that JSON must escape (tested).
SELECT
    day_no,
    record_no,
    '{"event_id":"' || event_id || '","event_time":"' || event_time || '","app_key":"' || app_key
    || '","channel":"' || channel || '","stage":"' || stage || '"'
    || coalesce(',"outcome":"' || outcome || '"', '')
    || coalesce(',"result_code":"' || result_code || '"', '')
    || coalesce(',"vendor":"' || vendor || '"', '')
    || coalesce(',"platform":"' || platform || '"', '')
    || coalesce(',"carrier":"' || carrier || '"', '')
    || coalesce(',"scheme_id":"' || scheme_id || '"', '')
    || coalesce(',"package_name":"' || package_name || '"', '')
    || coalesce(',"device_id":"' || device_id || '"', '')
    || coalesce(',"phone":"' || phone || '"', '')
    || coalesce(',"latency_ms":' || latency_ms, '')
    || coalesce(',"sdk_version":"' || sdk_version || '"', '')
    || coalesce(',"os_version":"' || os_version || '"', '')
    || ',"attempt_id":"' || attempt_id || '"'
    || coalesce(',"account_id":"' || account_id || '"', '')
    || '}' AS line
FROM sample_events
