-- One row per month, account, channel and shift in hours: number of days on which this shift explains the difference of
-- the console's billed count. The shift with most days comes last.
SELECT date_trunc('month', day)::DATE AS month, account_id, channel, shift_hours, count(*) AS days
FROM reconciliation_daily
WHERE app_key = '*' AND measure = 'billed' AND cause = 'shift'
GROUP BY ALL
ORDER BY month, account_id, channel, days, shift_hours
