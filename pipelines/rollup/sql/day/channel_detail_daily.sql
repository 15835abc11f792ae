-- grain: day, app_key, channel, platform, scheme_id, package_name, carrier
SELECT
    day,
    app_key,
    channel,
    platform,
    scheme_id,
    package_name,
    carrier,
    {{ sums(COUNTS) }}
FROM counts
GROUP BY ALL
ORDER BY day, app_key, channel, platform, scheme_id NULLS FIRST, package_name NULLS FIRST, carrier
