-- grain: day, account_id, app_key, channel with a verification record
FROM account_days ORDER BY day, account_id, app_key, channel
