-- grain: combination of the fields that resolve a record's vendor, platform and outcome; `logged_…` are the values as
-- logged.
SELECT DISTINCT
    NULL::VARCHAR AS app_key,
    channel,
    stage,
    outcome,
    outcome AS logged_outcome,
    result_code,
    vendor,
    vendor AS logged_vendor,
    coalesce(record_groups.platform, app_platforms.platform, 'unknown') AS platform,
    1::BIGINT AS records
FROM record_groups
LEFT JOIN app_platforms USING (app_key)
