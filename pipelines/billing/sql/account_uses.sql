-- grain: day, account_id with a resource package, app_key: its uses
SELECT day, account_id, app_key, sum(uses)::BIGINT AS uses
FROM verification_hours
JOIN app_accounts USING (app_key, vendor)
WHERE list_contains($accounts, account_id)
GROUP BY ALL
HAVING sum(uses) > 0
ORDER BY day, account_id, app_key
