-- grain: day, account_id with a package, app_key, resource_package_id (NULL: overflow). If all uses of an account on a
-- day came from one package, or from none, the ledger has one row with app `*`, which is split by the uses of each app.
SELECT day, account_id, app_key, resource_package_id, uses
FROM (
    FROM listed_resource_package_usage WHERE app_key <> '*'
    UNION ALL BY NAME
    SELECT day, account_id, billed.app_key, resource_package_id, sum(billed.uses)::BIGINT AS uses
    FROM out.billing_daily AS billed
    JOIN listed_resource_package_usage AS drawn USING (day, account_id)
    WHERE drawn.app_key = '*' AND billed.uses > 0
    GROUP BY ALL
)
ORDER BY day, account_id, app_key, resource_package_id NULLS FIRST
