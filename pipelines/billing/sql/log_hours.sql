-- grain: day, hour of the business clock, account_id with a console, channel with a verification record
SELECT day, hour, account_id, channel, requests, successes, mismatches, unknowns, uses
FROM asked_hours
WHERE list_contains($accounts, account_id)
ORDER BY day, hour, account_id, channel
