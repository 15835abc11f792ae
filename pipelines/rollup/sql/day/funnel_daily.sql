-- grain: day, app_key, and the dimensions of sessions: the sessions with a record in one_click, and the sessions with a
-- success in its steps, in any order
SELECT
    day,
    app_key,
    {{ each_of(SESSION_DIMENSIONS, "{0}") }},
    sum(sessions)::BIGINT AS sessions,
    coalesce(sum(sessions) FILTER (has_page), 0)::BIGINT AS page,
    coalesce(sum(sessions) FILTER (has_click), 0)::BIGINT AS click,
    coalesce(sum(sessions) FILTER (has_authorize), 0)::BIGINT AS authorize,
    coalesce(sum(sessions) FILTER (has_verify), 0)::BIGINT AS verify,
    coalesce(sum(sessions) FILTER (has_page AND has_click), 0)::BIGINT AS page_click,
    coalesce(sum(sessions) FILTER (has_click AND has_authorize), 0)::BIGINT AS click_authorize,
    coalesce(sum(sessions) FILTER (has_authorize AND has_verify), 0)::BIGINT AS authorize_verify,
    coalesce(sum(sessions) FILTER (has_page AND is_by_one_click), 0)::BIGINT AS page_signed_in,
    coalesce(sum(sessions) FILTER (is_by_one_click), 0)::BIGINT AS signed_in
FROM session_facts
WHERE has_one_click
GROUP BY ALL
ORDER BY day, app_key, {{ each_of(SESSION_DIMENSIONS, "{0} NULLS FIRST") }}
