-- grain: session with a success of two steps in one_click: milliseconds from the first success of one step to that of
-- the next. The time from page to sign-in has a client and a server column, as in session_groups.
WITH completed AS (
    SELECT
        app,
        page,
        click,
        least(authorized, logged_in) AS authorize,
        least(verified, logged_in) AS verify,
        least(authorized, verified, logged_in, came_otherwise) AS client,
        least(verified, logged_in, came_otherwise) AS server
    FROM sessions
), times AS (
    SELECT
        app,
        (moment_ms(click) - moment_ms(page))::INTEGER AS page_click,
        (moment_ms(authorize) - moment_ms(click))::INTEGER AS click_authorize,
        -- A login counts as both authorize and verify, with no time between them.
        CASE WHEN verify <> authorize THEN moment_ms(verify) - moment_ms(authorize) END::INTEGER AS authorize_verify,
        CASE WHEN moment_channel(client) = channel_number('one_click') THEN moment_ms(client) - moment_ms(page) END::INTEGER
            AS page_client,
        CASE WHEN moment_channel(server) = channel_number('one_click') THEN moment_ms(server) - moment_ms(page) END::INTEGER
            AS page_server
    FROM completed
)
SELECT *
FROM times
WHERE coalesce(page_click, click_authorize, authorize_verify, page_client, page_server) IS NOT NULL
