-- app_key or '*', window_days, channel or '*' for the four together: login authorization over the window, over its
-- matched days and over their counterparts in the window before; NULL counts where no day of the window has data
WITH known AS (
    SELECT
        app_key,
        window_days,
        channel,
        CASE WHEN days_with_data > 0 THEN authorizations END AS authorizations,
        CASE WHEN days_with_data > 0 THEN authorization_requests END AS requests,
        CASE WHEN days_with_data > 0 THEN authorizations_cancelled END AS cancelled,
        CASE WHEN days_with_data > 0 THEN authorizations_failed END AS failed,
        CASE WHEN days_with_data > 0 THEN matched_authorizations END AS matched_authorizations,
        CASE WHEN days_with_data > 0 THEN matched_authorization_requests END AS matched_requests,
        CASE WHEN previous_days_with_data > 0 THEN counterpart_authorizations END AS counterpart_authorizations,
        CASE WHEN previous_days_with_data > 0 THEN counterpart_authorization_requests END AS counterpart_requests
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
    sum(matched_authorizations)::BIGINT AS matched_authorizations,
    sum(matched_requests)::BIGINT AS matched_requests,
    sum(counterpart_authorizations)::BIGINT AS counterpart_authorizations,
    sum(counterpart_requests)::BIGINT AS counterpart_requests
FROM known
GROUP BY app_key, window_days, GROUPING SETS ((channel), ())
ORDER BY app_key, window_days, list_position(['one_click', 'wechat', 'qq', 'weibo', '*'], coalesce(known.channel, '*'))
