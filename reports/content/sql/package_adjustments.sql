-- day, resource_package_id: the days on which readings of the console changed the ledger, the newest first
SELECT
    account_id,
    day,
    resource_package_id,
    adjusted,
    remaining
FROM resource_package_daily
WHERE adjusted <> 0
ORDER BY day DESC, resource_package_id
LIMIT $limit
