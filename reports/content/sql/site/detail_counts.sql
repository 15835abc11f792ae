-- One row per row of `usage_detail.sql`, in the same order: its counts, and instead of its texts their index in
-- `detail_lines`, minus $first_place. Sorting by numbers takes half the time of sorting by texts.
SELECT
    detail.day,
    texts.place - $first_place AS place,
    {{ each(COUNTS, "detail.{}") }},
    {{ rate("authorization_rate", "detail.{}") }} AS authorization_rate
FROM channel_detail_daily AS detail
JOIN detail_lines AS texts
    ON texts.app_key = detail.app_key
    AND texts.platform = detail.platform
    AND texts.scheme_id IS NOT DISTINCT FROM detail.scheme_id
    AND texts.package_name IS NOT DISTINCT FROM detail.package_name
    AND texts.channel = detail.channel
    AND texts.carrier = detail.carrier
WHERE detail.day BETWEEN $detail_first AND $last
    AND detail.app_key BETWEEN $first_app AND $last_app
    AND texts.app_key BETWEEN $first_app AND $last_app
ORDER BY texts.app_place, detail.day, texts.place
