-- grain: metric, day, app_key, channel, platform, carrier, sdk_version, vendor, outcome, result_code: each request of a watched rate
SELECT
    'technical_success_rate' AS metric,
    day,
    app_key,
    channel,
    platform,
    carrier,
    sdk_version,
    vendor,
    outcome,
    result_code,
    outcome = 'success' AS is_success,
    records
FROM outcome_daily
WHERE stage IN ('authorize', 'login') AND outcome NOT IN ('cancelled', 'switched')
UNION ALL
SELECT
    'verification_result_rate',
    day,
    app_key,
    channel,
    platform,
    carrier,
    sdk_version,
    vendor,
    outcome,
    result_code,
    outcome IN ('success', 'mismatch'),
    records
FROM outcome_daily
WHERE stage IN ('verify', 'login') AND channel IN ('one_click', 'local_verify')
