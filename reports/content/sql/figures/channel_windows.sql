-- app_key or '*', window_days, channel or '*' for the four together: login authorization over the window and the one
-- before; NULL counts where no day of the window has data
WITH spans AS (
    SELECT window_days, false AS is_base, first, last FROM periods WHERE window_days IS NOT NULL
    UNION ALL
    SELECT window_days, true, base_first, base_last FROM periods WHERE window_days IS NOT NULL
), sums AS (
    SELECT
        coalesce(app_key, '*') AS app_key,
        coalesce(channel, '*') AS channel,
        window_days,
        is_base,
        sum(authorizations)::BIGINT AS authorizations,
        sum(authorization_requests)::BIGINT AS requests,
        sum(authorizations_cancelled)::BIGINT AS cancelled,
        sum(authorizations_failed)::BIGINT AS failed
    FROM channel_daily
    JOIN spans ON day BETWEEN spans.first AND spans.last
    WHERE channel IN ('one_click', 'wechat', 'qq', 'weibo')
    GROUP BY window_days, is_base, GROUPING SETS ((app_key, channel), (app_key), (channel), ())
)
SELECT
    subjects.app_key,
    periods.window_days,
    channels.channel,
    CASE WHEN days_with_data > 0 THEN coalesce(now.authorizations, 0) END AS authorizations,
    CASE WHEN days_with_data > 0 THEN coalesce(now.requests, 0) END AS requests,
    CASE WHEN days_with_data > 0 THEN coalesce(now.cancelled, 0) END AS cancelled,
    CASE WHEN days_with_data > 0 THEN coalesce(now.failed, 0) END AS failed,
    CASE WHEN base_days_with_data > 0 THEN coalesce(base.authorizations, 0) END AS previous_authorizations,
    CASE WHEN base_days_with_data > 0 THEN coalesce(base.requests, 0) END AS previous_requests
FROM subjects
CROSS JOIN unnest(['one_click', 'wechat', 'qq', 'weibo', '*']) WITH ORDINALITY AS channels(channel, place)
CROSS JOIN periods
LEFT JOIN (SELECT * FROM sums WHERE NOT is_base) AS now
    ON now.app_key = subjects.app_key AND now.channel = channels.channel AND now.window_days = periods.window_days
LEFT JOIN (SELECT * FROM sums WHERE is_base) AS base
    ON base.app_key = subjects.app_key AND base.channel = channels.channel AND base.window_days = periods.window_days
WHERE periods.window_days IS NOT NULL
ORDER BY subjects.app_key, periods.window_days, channels.place
