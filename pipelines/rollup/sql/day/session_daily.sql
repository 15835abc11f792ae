-- grain: day, app_key, entry_channel, and the dimensions of sessions
SELECT
    day,
    app_key,
    entry_channel,
    {{ each_of(SESSION_DIMENSIONS, "{0}") }},
    sum(sessions)::BIGINT AS sessions,
    {{ each_of(WAYS, "coalesce(sum(sessions) FILTER (way = '{0}'), 0)::BIGINT AS {0}") }},
    coalesce(sum(sessions) FILTER (is_unchecked), 0)::BIGINT AS unchecked
FROM session_facts
GROUP BY ALL
ORDER BY day, app_key, entry_channel, {{ each_of(SESSION_DIMENSIONS, "{0} NULLS FIRST") }}
