-- grain: day, hour of the business clock, account_id, channel with a verification record
SELECT
    day,
    hour,
    account_id,
    channel,
    {{ sums(VERIFIED) }}
FROM verification_hours
JOIN app_accounts USING (app_key, vendor)
GROUP BY ALL
