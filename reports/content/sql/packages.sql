-- day, resource_package_id: the columns of resource_package_daily, for the last 30 days
SELECT
    day,
    resource_package_id,
    account_id,
    opening,
    granted,
    used,
    adjusted,
    expired,
    remaining
FROM resource_package_daily
WHERE day BETWEEN $first AND $last
ORDER BY day, resource_package_id
