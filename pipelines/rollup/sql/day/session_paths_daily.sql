-- grain: day, app_key, failed_channel, failure, way, signed_in_by: the sessions with a failure before any sign-in, by
-- their first failure
SELECT
    day,
    app_key,
    failed_channel,
    failure,
    way,
    signed_in_by,
    sum(sessions)::BIGINT AS sessions,
    coalesce(sum(sessions) FILTER (is_within), 0)::BIGINT AS within_minute
FROM session_facts
WHERE is_failed
GROUP BY ALL
ORDER BY day, app_key, failed_channel, failure, way, signed_in_by NULLS FIRST
