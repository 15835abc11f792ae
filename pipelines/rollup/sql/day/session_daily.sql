-- grain: day, app_key, entry_channel, platform, carrier, sdk_version, scheme_id
SELECT
    day,
    app_key,
    entry_channel,
    platform,
    carrier,
    sdk_version,
    scheme_id,
    sum(sessions)::BIGINT AS sessions,
    coalesce(sum(sessions) FILTER (way = 'direct'), 0)::BIGINT AS direct,
    coalesce(sum(sessions) FILTER (way = 'retry'), 0)::BIGINT AS retry,
    coalesce(sum(sessions) FILTER (way = 'other'), 0)::BIGINT AS other,
    coalesce(sum(sessions) FILTER (way = 'cut'), 0)::BIGINT AS cut,
    coalesce(sum(sessions) FILTER (way = 'lost'), 0)::BIGINT AS lost,
    coalesce(sum(sessions) FILTER (is_unchecked), 0)::BIGINT AS unchecked
FROM session_facts
GROUP BY ALL
ORDER BY day, app_key, entry_channel, platform, carrier, sdk_version NULLS FIRST, scheme_id NULLS FIRST
