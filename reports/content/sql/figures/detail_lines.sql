-- One row per combination of texts in the detail export: app, platform, scheme, package, channel and carrier, with its
-- index among all combinations and the index of its app. The order is that of the rows within a day.
WITH seen AS (
    SELECT DISTINCT app_key, platform, scheme_id, package_name, channel, carrier
    FROM channel_detail_daily
    WHERE day BETWEEN $detail_first AND $last
)
SELECT
    row_number() OVER (
        ORDER BY app_key, seen.platform, scheme_id NULLS FIRST, package_name NULLS FIRST, channel, carrier
    ) - 1 AS place,
    dense_rank() OVER (ORDER BY app_key) - 1 AS app_place,
    app_key,
    coalesce(apps.app_name, app_key) AS app_name,
    seen.platform,
    scheme_id,
    package_name,
    channel,
    carrier
FROM seen
LEFT JOIN apps USING (app_key)
ORDER BY place
