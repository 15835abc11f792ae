-- grain: as_of, window_days, app_key, channel
WITH windows AS (
    SELECT window_days, place, $as_of::DATE - window_days * place AS last_day
    FROM unnest([7, 30]) AS lengths(window_days), unnest([0, 1]) AS places(place)
), coverage AS (
    SELECT window_days, place, count(day)::INTEGER AS days_with_data
    FROM windows
    LEFT JOIN out.day_quality AS days
        ON days.day BETWEEN last_day - window_days + 1 AND last_day AND days.day_state = 'complete'
    GROUP BY ALL
), sums AS (
    SELECT
        window_days,
        place,
        app_key,
        channel,
        sum(authorizations)::BIGINT AS authorizations,
        sum(authorization_requests)::BIGINT AS authorization_requests
    FROM windows
    JOIN out.channel_daily AS daily ON daily.day BETWEEN last_day - window_days + 1 AND last_day
    GROUP BY window_days, place, channel, GROUPING SETS ((app_key), ())
), spine AS (
    SELECT window_days, app_key, channel
    FROM unnest([7, 30]) AS lengths(window_days),
        (SELECT app_key FROM out.apps UNION ALL SELECT '*') AS trend_apps,
        unnest(['one_click', 'wechat', 'qq', 'weibo']) AS channels(channel)
)
SELECT
    $as_of::DATE AS as_of,
    window_days,
    app_key,
    channel,
    coalesce(now.authorizations, 0) AS authorizations,
    coalesce(now.authorization_requests, 0) AS authorization_requests,
    now.authorizations / nullif(now.authorization_requests, 0) AS authorization_rate,
    coalesce(previous.authorizations, 0) AS previous_authorizations,
    -- No base, or a window that covers other days than its base: no change can be told.
    CASE WHEN coverage.days_with_data = previous_coverage.days_with_data
        THEN coalesce(now.authorizations, 0) / nullif(previous.authorizations, 0) - 1 END AS change,
    coverage.days_with_data,
    previous_coverage.days_with_data AS previous_days_with_data
FROM spine
JOIN coverage USING (window_days)
JOIN coverage AS previous_coverage USING (window_days)
LEFT JOIN (SELECT * REPLACE (coalesce(app_key, '*') AS app_key) FROM sums WHERE place = 0) AS now
    USING (window_days, app_key, channel)
LEFT JOIN (SELECT * REPLACE (coalesce(app_key, '*') AS app_key) FROM sums WHERE place = 1) AS previous
    USING (window_days, app_key, channel)
WHERE coverage.place = 0 AND previous_coverage.place = 1
ORDER BY window_days, app_key, channel
