-- grain: account with a bill for the newest billed month: billed quantity, logged quantity, and amount
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
