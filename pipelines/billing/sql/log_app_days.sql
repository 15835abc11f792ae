-- grain: day, account_id and app_key that a console names, channel with a verification record; the channel `number` is
-- the sum of all channels
SELECT day, account_id, app_key, coalesce(channel, 'number') AS channel, {{ sums(VERIFIED) }}
FROM verification_hours
JOIN app_accounts USING (app_key, vendor)
SEMI JOIN named_apps USING (account_id, app_key)
GROUP BY GROUPING SETS ((day, account_id, app_key, channel), (day, account_id, app_key))
ORDER BY day, account_id, app_key, channel
