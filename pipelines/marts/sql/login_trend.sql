-- grain: as_of, window_days, app_key, channel, day: dense, every day of the window
WITH trend_apps AS (
    SELECT app_key FROM out.apps UNION ALL SELECT '*'
), counts AS (
    SELECT day, app_key, channel, authorizations, authorization_requests, authorizations_cancelled
    FROM out.channel_daily
    WHERE day BETWEEN $as_of::DATE - 29 AND $as_of::DATE
    UNION ALL
    SELECT day, '*', channel, sum(authorizations), sum(authorization_requests), sum(authorizations_cancelled)
    FROM out.channel_daily
    WHERE day BETWEEN $as_of::DATE - 29 AND $as_of::DATE
    GROUP BY day, channel
), complete_days AS (
    SELECT day FROM out.day_quality WHERE day_state = 'complete'
), spine AS (
    SELECT
        $as_of::DATE AS as_of,
        window_days,
        app_key,
        channel,
        ($as_of::DATE - window_days + 1 + place::INTEGER)::DATE AS day
    FROM unnest([7, 30]) AS windows(window_days),
        unnest(['one_click', 'wechat', 'qq', 'weibo']) AS channels(channel),
        trend_apps,
        range(30) AS places(place)
    WHERE place < window_days
)
SELECT
    as_of,
    window_days,
    app_key,
    channel,
    day,
    CASE WHEN complete_days.day IS NOT NULL THEN coalesce(authorizations, 0) END AS authorizations,
    CASE WHEN complete_days.day IS NOT NULL THEN coalesce(authorization_requests, 0) END AS authorization_requests,
    CASE WHEN complete_days.day IS NOT NULL THEN coalesce(authorizations_cancelled, 0) END AS authorizations_cancelled,
    authorizations / nullif(authorization_requests, 0) AS authorization_rate,
    CASE WHEN complete_days.day IS NOT NULL THEN 'complete' ELSE 'missing' END AS day_state
FROM spine
LEFT JOIN complete_days USING (day)
LEFT JOIN counts USING (day, app_key, channel)
ORDER BY window_days, app_key, channel, day
