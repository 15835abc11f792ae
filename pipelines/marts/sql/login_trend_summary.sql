-- grain: as_of, window_days, app_key, channel
WITH sums AS (
    SELECT
        window_days,
        coalesce(app_key, '*') AS app_key,
        channel,
        {{ sums(LOGINS + ("authorizations_failed",), "NOT is_base") }},
        {{ sums(LOGIN_RATE, "is_base", "previous_") }},
        {{ sums(LOGIN_RATE, "NOT is_base AND is_matched", "matched_") }},
        {{ sums(LOGIN_RATE, "is_base AND is_matched", "counterpart_") }}
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
    coalesce(COLUMNS(sums.* EXCLUDE (window_days, app_key, channel)), 0) AS '\0',
    {{ rate("authorization_rate", "sums.{}") }} AS authorization_rate,
    CASE WHEN is_comparable THEN change_of(sums.matched_authorizations, sums.counterpart_authorizations) END AS change,
    matched_days,
    days_with_data,
    base_days_with_data AS previous_days_with_data
FROM out.periods
CROSS JOIN (SELECT app_key FROM out.apps UNION ALL SELECT '*') AS trend_apps
CROSS JOIN unnest(login_channels()) AS channels(channel)
LEFT JOIN sums USING (window_days, app_key, channel)
WHERE window_days IS NOT NULL
ORDER BY window_days, app_key, channel
