-- grain: day, account_id with a console or a bill, channel with a verification record; the channel `number` is the sum
-- of all channels
SELECT day, account_id, '*' AS app_key, coalesce(channel, 'number') AS channel, {{ sums(VERIFIED) }}
FROM asked_hours
WHERE list_contains($accounts, account_id)
GROUP BY GROUPING SETS ((day, account_id, channel), (day, account_id))
ORDER BY day, account_id, channel
