-- grain: day, hour of the business clock, account_id, channel with a verification record
SELECT
    day,
    hour,
    account_id,
    channel,
    sum(requests)::BIGINT AS requests,
    sum(successes)::BIGINT AS successes,
    sum(mismatches)::BIGINT AS mismatches,
    sum(unknowns)::BIGINT AS unknowns,
    sum(uses)::BIGINT AS uses,
    sum(duplicates)::BIGINT AS duplicates,
    sum(late)::BIGINT AS late
FROM verification_hours
JOIN app_accounts USING (app_key, vendor)
GROUP BY ALL
