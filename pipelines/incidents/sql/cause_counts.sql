-- grain: incident_id, app_key, platform, carrier, sdk_version, vendor
SELECT
    incident_id,
    app_key,
    platform,
    carrier,
    sdk_version,
    vendor,
    sum(before)::BIGINT AS requests_before,
    coalesce(sum(before) FILTER (is_success), 0)::BIGINT AS successes_before,
    sum(now)::BIGINT AS requests_now,
    coalesce(sum(now) FILTER (is_success), 0)::BIGINT AS successes_now
FROM rate_outcomes
GROUP BY ALL
ORDER BY ALL
