-- grain: account with a bill for the newest billed month: billed quantity, logged quantity, and amount. If an account
-- has a row of the channel `number`, it includes the rows of its single channels, so these are left out.
WITH newest AS (
    SELECT *, bool_or(channel = 'number') OVER (PARTITION BY account_id) AS has_number
    FROM reconciliation_monthly
    WHERE bill IS NOT NULL AND measure = 'quantity'
        AND month = (SELECT max(month) FROM reconciliation_monthly WHERE bill IS NOT NULL AND measure = 'quantity')
)
SELECT month, account_id, sum(bill)::BIGINT AS bill, sum(log)::BIGINT AS log, sum(amount) AS amount
FROM newest
WHERE channel = 'number' OR NOT has_number
GROUP BY month, account_id
ORDER BY account_id
