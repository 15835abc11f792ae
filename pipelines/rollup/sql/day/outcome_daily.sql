-- grain: day, app_key, channel, stage, platform, carrier, sdk_version, outcome, vendor, result_code
SELECT
    day,
    app_key,
    channel,
    stage,
    platform,
    carrier,
    sdk_version,
    outcome,
    vendor,
    result_code,
    sum(records)::BIGINT AS records
FROM counts
GROUP BY ALL
ORDER BY day, app_key, channel, stage, platform, carrier, sdk_version NULLS FIRST, outcome, vendor, result_code NULLS FIRST
