-- grain: day, account_id with a resource package: the uses of all apps of the account
SELECT day, account_id, '*' AS app_key, sum(uses)::BIGINT AS uses
FROM asked_hours
WHERE list_contains($accounts, account_id)
GROUP BY ALL
HAVING sum(uses) > 0
ORDER BY day, account_id
