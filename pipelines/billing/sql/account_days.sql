-- grain: day, account_id, app_key, channel with a verification record
SELECT
    day,
    account_id,
    app_key,
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
