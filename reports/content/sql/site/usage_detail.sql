-- One row per day, app, channel, platform, scheme, package and carrier: the detail export of the apps from $first_app
-- to $last_app, app by app.
SELECT
    detail.day,
    detail.app_key,
    coalesce(apps.app_name, detail.app_key) AS app_name,
    detail.platform,
    detail.scheme_id,
    detail.package_name,
    detail.channel,
    detail.carrier,
    {{ each(COUNTS, "detail.{}") }},
    {{ rate("authorization_rate", "detail.{}") }} AS authorization_rate
FROM channel_detail_daily AS detail
LEFT JOIN apps USING (app_key)
WHERE detail.day BETWEEN $first AND $last AND detail.app_key BETWEEN $first_app AND $last_app
ORDER BY
    detail.app_key,
    detail.day,
    detail.platform,
    detail.scheme_id NULLS FIRST,
    detail.package_name NULLS FIRST,
    detail.channel,
    detail.carrier
