-- grain: day, hour of the business clock, account_id with a console, channel with a verification record.
SELECT
    day,
    hour,
    account_id,
    channel,
    sum(requests)::BIGINT AS requests,
    sum(successes)::BIGINT AS successes,
    sum(mismatches)::BIGINT AS mismatches,
    sum(unknowns)::BIGINT AS unknowns,
    sum(uses)::BIGINT AS uses
FROM verification_hours
JOIN app_accounts USING (app_key, vendor)
WHERE list_contains($accounts, account_id)
GROUP BY ALL
ORDER BY day, hour, account_id, channel
