-- resource_package_id, day: what was left as each of the last 90 days ended
SELECT
    resource_package_id,
    day,
    remaining
FROM resource_package_daily
WHERE day BETWEEN $long_first AND $last
ORDER BY resource_package_id, day
