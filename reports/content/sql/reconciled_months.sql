-- month, account_id, channel, measure: the bills beside log and console, the newest month first
SELECT
    month,
    account_id,
    channel,
    measure,
    log,
    console,
    bill,
    bill_minus_log,
    log_days,
    console_days,
    tolerance,
    cause,
    explained,
    unexplained,
    amount
FROM reconciliation_monthly
ORDER BY month DESC, account_id, channel, measure DESC
LIMIT $limit
