-- grain: app_key, by_server, day: sessions that tried to sign in, and sessions that did. `by_server` is true on days on
-- which only a record of the app's server completes a sign-in by one_click.
SELECT
    app_key,
    by_server,
    day,
    sum({{ denominator(SIGN_IN) }})::DOUBLE AS requests,
    sum({{ METRICS[SIGN_IN].numerator }})::DOUBLE AS successes
FROM session_daily
INNER JOIN (SELECT day, app_key, by_server FROM session_books) USING (day, app_key)
GROUP BY ALL
