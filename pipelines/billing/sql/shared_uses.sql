-- grain: day, account_id, app_key with a use, for the days and accounts in shared_days
SELECT day, account_id, app_key, sum(uses)::BIGINT AS uses
FROM verification_hours
SEMI JOIN (SELECT DISTINCT day FROM shared_days) USING (day)
JOIN app_accounts USING (app_key, vendor)
SEMI JOIN shared_days USING (day, account_id)
GROUP BY ALL
HAVING sum(uses) > 0
ORDER BY day, account_id, app_key
