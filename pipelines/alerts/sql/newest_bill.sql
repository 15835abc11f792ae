-- grain: account billed for the newest month that has a bill: its billed quantity, that of the log, and the amount
SELECT
    month,
    account_id,
    sum(bill)::BIGINT AS bill,
    sum(log)::BIGINT AS log,
    sum(amount) AS amount
FROM reconciliation_monthly
WHERE bill IS NOT NULL AND measure = 'quantity'
    AND month = (SELECT max(month) FROM reconciliation_monthly WHERE bill IS NOT NULL AND measure = 'quantity')
GROUP BY month, account_id
ORDER BY account_id
