-- One row per account and day of the last 30 days: its uses; days without uses have no row.
SELECT
    account_id,
    day,
    sum(uses)::BIGINT AS uses
FROM resource_package_usage
WHERE day BETWEEN $first AND $last
GROUP BY account_id, day
ORDER BY account_id, day
