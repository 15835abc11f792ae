-- grain: day, app_key, and the dimensions of sessions: the sessions with a record in one_click, and the sessions with a
-- success in its steps, in any order
SELECT
    day,
    app_key,
    {{ each_of(SESSION_DIMENSIONS, "{0}") }},
    sum(sessions)::BIGINT AS sessions,
    {% for name, condition in FUNNEL_CONDITIONS.items() -%}
    coalesce(sum(sessions) FILTER ({{ condition }}), 0)::BIGINT AS {{ name }}{{ "" if loop.last else "," }}
    {% endfor -%}
FROM session_facts
WHERE has_one_click
GROUP BY ALL
ORDER BY day, app_key, {{ each_of(SESSION_DIMENSIONS, "{0} NULLS FIRST") }}
