-- grain: as_of, window_days, app_key, channel, day: every day of the window, also without records
WITH counts AS (
    SELECT day, coalesce(app_key, '*') AS app_key, channel, {{ sums(LOGINS) }}
    FROM out.channel_daily
    WHERE day BETWEEN $as_of::DATE - 29 AND $as_of::DATE
    GROUP BY day, channel, GROUPING SETS ((app_key), ())
)
SELECT
    $as_of::DATE AS as_of,
    window_days,
    app_key,
    channel,
    day,
    CASE WHEN {{ has_data() }} THEN coalesce(COLUMNS(counts.* EXCLUDE (day, app_key, channel)), 0) END AS '\0',
    {{ rate("authorization_rate", "counts.{}") }} AS authorization_rate,
    day_state
FROM out.periods
JOIN out.period_days USING (period)
CROSS JOIN (SELECT app_key FROM out.apps UNION ALL SELECT '*') AS trend_apps
CROSS JOIN unnest(login_channels()) AS channels(channel)
LEFT JOIN counts USING (day, app_key, channel)
WHERE window_days IS NOT NULL AND NOT is_base
ORDER BY window_days, app_key, channel, day
