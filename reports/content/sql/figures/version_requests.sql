-- day of the 30 days, app_key, sdk_version (`unknown` without one): login authorization in the four channels together
SELECT
    day,
    app_key,
    coalesce(sdk_version, 'unknown') AS sdk_version,
    sum(records)::BIGINT AS requests,
    coalesce(sum(records) FILTER (outcome = 'success'), 0)::BIGINT AS authorizations,
    coalesce(sum(records) FILTER (outcome IN ('cancelled', 'switched')), 0)::BIGINT AS cancelled
FROM outcome_daily
WHERE day BETWEEN $first AND $last
    AND stage IN ('authorize', 'login')
    AND channel IN ('one_click', 'wechat', 'qq', 'weibo')
GROUP BY ALL
