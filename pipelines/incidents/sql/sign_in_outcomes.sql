-- grain: incident_id, dimensions of causes of sessions: sessions on the compared days, and sessions that signed in
SELECT
    watched.incident_id,
    {{ each_of(SESSION_CAUSES, "sessions.{0}") }},
    coalesce(sum({{ denominator(SIGN_IN) }}) FILTER (NOT is_now), 0)::BIGINT AS requests_before,
    coalesce(sum({{ denominator(SIGN_IN) }}) FILTER (is_now), 0)::BIGINT AS requests_now,
    coalesce(sum({{ METRICS[SIGN_IN].numerator }}) FILTER (NOT is_now), 0)::BIGINT AS successes_before,
    coalesce(sum({{ METRICS[SIGN_IN].numerator }}) FILTER (is_now), 0)::BIGINT AS successes_now
FROM session_daily AS sessions
INNER JOIN incident_days AS watched
    ON watched.day = sessions.day
    AND watched.app_key IN (sessions.app_key, '*')
GROUP BY ALL
