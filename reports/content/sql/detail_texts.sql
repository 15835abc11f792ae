-- app_key, and the texts of its detail export: each combination once
SELECT DISTINCT
    detail.app_key,
    coalesce(apps.app_name, detail.app_key) AS app_name,
    detail.platform,
    detail.scheme_id,
    detail.package_name,
    detail.channel,
    detail.carrier
FROM channel_detail_daily AS detail
LEFT JOIN apps USING (app_key)
WHERE detail.day BETWEEN $first AND $last
ORDER BY ALL
