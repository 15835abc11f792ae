-- day, account_id, app_key, resource_package_id: the columns of resource_package_usage, for the last 30 days
SELECT
    day,
    account_id,
    app_key,
    resource_package_id,
    uses
FROM resource_package_usage
WHERE day BETWEEN $first AND $last
ORDER BY day, account_id, app_key, resource_package_id
