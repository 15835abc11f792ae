-- One row per account and app: uses of the last 30 days, and how many of them no package covered. Most uses first.
SELECT
    account_id,
    app_key,
    sum(uses)::BIGINT AS uses,
    coalesce(sum(uses) FILTER (resource_package_id IS NULL), 0)::BIGINT AS overflow
FROM resource_package_usage
WHERE day BETWEEN $first AND $last
GROUP BY account_id, app_key
ORDER BY account_id, uses DESC, app_key
