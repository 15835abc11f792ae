-- grain: as_of, window_days, app_key, channel, day: dense, every day of the window
WITH counts AS (
    SELECT day, app_key, channel, authorizations, authorization_requests, authorizations_cancelled
    FROM out.channel_daily
    WHERE day BETWEEN $as_of::DATE - 29 AND $as_of::DATE
    UNION ALL
    SELECT day, '*', channel, sum(authorizations), sum(authorization_requests), sum(authorizations_cancelled)
    FROM out.channel_daily
    WHERE day BETWEEN $as_of::DATE - 29 AND $as_of::DATE
    GROUP BY day, channel
)
SELECT
    $as_of::DATE AS as_of,
    window_days,
    app_key,
    channel,
    day,
    CASE WHEN {{ has_data() }} THEN coalesce(authorizations, 0) END AS authorizations,
    CASE WHEN {{ has_data() }} THEN coalesce(authorization_requests, 0) END AS authorization_requests,
    CASE WHEN {{ has_data() }} THEN coalesce(authorizations_cancelled, 0) END AS authorizations_cancelled,
    counts.authorizations / nullif(counts.authorization_requests, 0) AS authorization_rate,
    day_state
FROM out.periods
JOIN out.period_days USING (period)
CROSS JOIN (SELECT app_key FROM out.apps UNION ALL SELECT '*') AS trend_apps
CROSS JOIN unnest(login_channels()) AS channels(channel)
LEFT JOIN counts USING (day, app_key, channel)
WHERE window_days IS NOT NULL AND NOT is_base
ORDER BY window_days, app_key, channel, day
