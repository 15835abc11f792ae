-- grain: day, cut (starts_at), account_id with a resource package, app_key: the uses from the cut to the next one.
-- app_key is `*` unless shared_days has the day and account. Each cut also has a row with an empty account_id.
SELECT
    day,
    starts_at,
    coalesce(account_id, '') AS account_id,
    CASE WHEN shared_days.day IS NULL THEN '*' ELSE app_key END AS app_key,
    sum(uses)::BIGINT AS uses
FROM use_segments
LEFT JOIN app_accounts USING (app_key, vendor)
LEFT JOIN shared_days USING (day, account_id)
-- In an OR, `list_contains` would scan the list for each row.
WHERE account_id IS NULL OR account_id IN (SELECT unnest($accounts::VARCHAR[]))
GROUP BY ALL
ORDER BY day, starts_at, account_id, app_key
