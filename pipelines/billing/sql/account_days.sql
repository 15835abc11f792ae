-- grain: day, account_id, app_key, channel with a verification record
SELECT
    day,
    account_id,
    app_key,
    channel,
    {{ sums(VERIFIED) }}
FROM verification_hours
JOIN app_accounts USING (app_key, vendor)
GROUP BY ALL
