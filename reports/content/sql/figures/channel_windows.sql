-- app_key or '*', window_days, channel or '*' for the four together: login authorization over the window and the one
-- before; NULL counts where no day of the window has data
WITH known AS (
    SELECT
        app_key,
        window_days,
        channel,
        CASE WHEN days_with_data > 0 THEN authorizations END AS authorizations,
        CASE WHEN days_with_data > 0 THEN authorization_requests END AS requests,
        CASE WHEN days_with_data > 0 THEN authorizations_cancelled END AS cancelled,
        CASE WHEN days_with_data > 0 THEN authorizations_failed END AS failed,
        CASE WHEN previous_days_with_data > 0 THEN previous_authorizations END AS previous_authorizations,
        CASE WHEN previous_days_with_data > 0 THEN previous_authorization_requests END AS previous_requests
    FROM login_trend_summary
    WHERE as_of = $last
)
SELECT
    app_key,
    window_days,
    coalesce(channel, '*') AS channel,
    sum(authorizations)::BIGINT AS authorizations,
    sum(requests)::BIGINT AS requests,
    sum(cancelled)::BIGINT AS cancelled,
    sum(failed)::BIGINT AS failed,
    sum(previous_authorizations)::BIGINT AS previous_authorizations,
    sum(previous_requests)::BIGINT AS previous_requests
FROM known
GROUP BY app_key, window_days, GROUPING SETS ((channel), ())
ORDER BY app_key, window_days, list_position(['one_click', 'wechat', 'qq', 'weibo', '*'], coalesce(known.channel, '*'))
