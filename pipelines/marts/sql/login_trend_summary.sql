-- grain: as_of, window_days, app_key, channel
WITH sums AS (
    SELECT
        window_days,
        coalesce(app_key, '*') AS app_key,
        channel,
        sum(authorizations) FILTER (NOT is_base) AS authorizations,
        sum(authorization_requests) FILTER (NOT is_base) AS authorization_requests,
        sum(authorizations_cancelled) FILTER (NOT is_base) AS authorizations_cancelled,
        sum(authorizations_failed) FILTER (NOT is_base) AS authorizations_failed,
        sum(authorizations) FILTER (is_base) AS previous_authorizations,
        sum(authorization_requests) FILTER (is_base) AS previous_authorization_requests,
        sum(authorizations) FILTER (NOT is_base AND is_matched) AS matched_authorizations,
        sum(authorization_requests) FILTER (NOT is_base AND is_matched) AS matched_authorization_requests,
        sum(authorizations) FILTER (is_base AND is_matched) AS counterpart_authorizations,
        sum(authorization_requests) FILTER (is_base AND is_matched) AS counterpart_authorization_requests
    FROM out.periods
    JOIN out.period_days USING (period)
    JOIN out.channel_daily USING (day)
    WHERE window_days IS NOT NULL
    GROUP BY window_days, channel, GROUPING SETS ((app_key), ())
)
SELECT
    $as_of::DATE AS as_of,
    window_days,
    app_key,
    channel,
    coalesce(authorizations, 0)::BIGINT AS authorizations,
    coalesce(authorization_requests, 0)::BIGINT AS authorization_requests,
    coalesce(authorizations_cancelled, 0)::BIGINT AS authorizations_cancelled,
    coalesce(authorizations_failed, 0)::BIGINT AS authorizations_failed,
    sums.authorizations / nullif(sums.authorization_requests, 0) AS authorization_rate,
    coalesce(previous_authorizations, 0)::BIGINT AS previous_authorizations,
    coalesce(previous_authorization_requests, 0)::BIGINT AS previous_authorization_requests,
    coalesce(matched_authorizations, 0)::BIGINT AS matched_authorizations,
    coalesce(matched_authorization_requests, 0)::BIGINT AS matched_authorization_requests,
    coalesce(counterpart_authorizations, 0)::BIGINT AS counterpart_authorizations,
    coalesce(counterpart_authorization_requests, 0)::BIGINT AS counterpart_authorization_requests,
    CASE WHEN is_comparable THEN change_of(coalesce(sums.matched_authorizations, 0), sums.counterpart_authorizations) END
        AS change,
    matched_days,
    days_with_data,
    base_days_with_data AS previous_days_with_data
FROM out.periods
CROSS JOIN (SELECT app_key FROM out.apps UNION ALL SELECT '*') AS trend_apps
CROSS JOIN unnest(login_channels()) AS channels(channel)
LEFT JOIN sums USING (window_days, app_key, channel)
WHERE window_days IS NOT NULL
ORDER BY window_days, app_key, channel
