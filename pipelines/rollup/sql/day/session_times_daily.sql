-- grain: day, app_key (`*`: all apps together), step: nearest-rank percentiles of the milliseconds between two steps,
-- so each is a value that occurred
WITH times AS (
    SELECT
        day,
        app_key,
        page_click,
        click_authorize,
        authorize_verify,
        CASE WHEN by_server THEN page_server ELSE page_client END AS page_signed_in
    FROM session_times
    JOIN session_apps USING (app)
), steps AS (
    SELECT
        day,
        CASE WHEN grouping(app_key) = 1 THEN '*' ELSE app_key END AS app_key,
        unnest([{{ each_of(STEP_PAIRS, "'{0}'") }}]) AS step,
        unnest([{{ each_of(STEP_PAIRS, "step_times({0})") }}]) AS figures
    FROM times
    GROUP BY GROUPING SETS ((day, app_key), (day))
)
SELECT
    day,
    app_key,
    step,
    figures.sessions,
    figures.percentiles[1] AS p50_ms,
    figures.percentiles[2] AS p95_ms,
    figures.negative
FROM steps
WHERE figures.sessions + figures.negative > 0
ORDER BY day, app_key, step
