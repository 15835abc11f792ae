-- grain: app and the attributes of sessions, as numbers; `sessions` counts them. Whether a success of one_click in
-- stage authorize completes a sign-in depends on all sessions of an app's day, which are not computed yet. So a group
-- has both results: `…_client` if it does, `…_server` if it does not.
WITH completed AS (
    SELECT
        *,
        completing_moment(authorized, verified, logged_in, came_otherwise, false) AS client,
        completing_moment(authorized, verified, logged_in, came_otherwise, true) AS server
    FROM (
        SELECT *, 1::BIGINT AS subjects FROM sessions
        UNION ALL BY NAME
        SELECT * EXCLUDE (high, low, session, is_alone, moment, rank), moment AS first, moment AS last
        FROM marked_records
        WHERE is_alone
    )
)
SELECT
    app,
    moment_channel(first) AS entry_channel,
    platform,
    carrier,
    scheme,
    sdk,
    moment_stage(last) AS last_stage,
    moment_channel(last) AS last_channel,
    moment_outcome(last) AS last_outcome,
    moment_epoch_ms(last, day) >= end_quarter * 900000 - $session_ms AS is_at_end,
    moment_channel(failed) AS failed_channel,
    moment_outcome(failed) AS failure,
    flags,
    page IS NOT NULL AS has_page,
    click IS NOT NULL AS has_click,
    authorized IS NOT NULL AS is_authorized,
    authorized IS NOT NULL OR logged_in IS NOT NULL AS has_authorize,
    verified IS NOT NULL OR logged_in IS NOT NULL AS has_verify,
    moment_channel(client) AS channel_client,
    is_before(failed, client) AS is_failed_client,
    coalesce(moment_ms(client) - moment_ms(failed) <= 60000, false) AS is_within_client,
    moment_channel(server) AS channel_server,
    is_before(failed, server) AS is_failed_server,
    coalesce(moment_ms(server) - moment_ms(failed) <= 60000, false) AS is_within_server,
    sum(subjects)::BIGINT AS sessions
FROM completed
JOIN batch_days ON day_number = day_number_of(app)
GROUP BY ALL
