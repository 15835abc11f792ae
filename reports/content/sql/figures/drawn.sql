-- One row per app, account and resource package: uses of the 7 and 30 days; a NULL package is overflow. If an app has
-- more than $drawn_listed rows, only the overflow and the packages with most uses stay single; the others are one row
-- per account, in which `merged` is their number (NULL in other rows).
WITH sums AS (
    SELECT
        app_key,
        account_id,
        resource_package_id,
        coalesce(sum(uses) FILTER (day > $last::DATE - 7), 0)::BIGINT AS uses_7,
        sum(uses)::BIGINT AS uses_30
    FROM resource_package_usage
    WHERE day BETWEEN $first AND $last
    GROUP BY ALL
), placed AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY app_key
            ORDER BY resource_package_id IS NOT NULL, uses_30 DESC, account_id, resource_package_id
        ) AS place,
        count(*) OVER (PARTITION BY app_key) AS counted
    FROM sums
), listed AS (
    SELECT *, counted > $drawn_listed AND place >= $drawn_listed AS is_rest FROM placed
)
SELECT
    app_key,
    account_id,
    CASE WHEN NOT is_rest THEN resource_package_id END AS resource_package_id,
    if(is_rest, count(*), NULL) AS merged,
    sum(uses_7)::BIGINT AS uses_7,
    sum(uses_30)::BIGINT AS uses_30
FROM listed
GROUP BY app_key, account_id, is_rest, CASE WHEN NOT is_rest THEN resource_package_id END
ORDER BY ALL
