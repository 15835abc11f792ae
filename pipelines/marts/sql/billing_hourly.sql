-- grain: day, hour of the business clock, account_id, channel with a verification record
SELECT * EXCLUDE (duplicates, late) FROM account_hours ORDER BY day, hour, account_id, channel
