-- account_id, day: the uses of the last 30 days
SELECT
    account_id,
    day,
    sum(uses)::BIGINT AS uses
FROM resource_package_usage
WHERE day BETWEEN $first AND $last
GROUP BY account_id, day
ORDER BY account_id, day
