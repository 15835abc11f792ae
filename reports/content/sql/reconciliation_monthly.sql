-- month, account_id, channel, measure: the columns of reconciliation_monthly, for all months
SELECT
    month,
    account_id,
    channel,
    measure,
    log,
    console,
    bill,
    bill_minus_log,
    bill_minus_console,
    log_days,
    console_days,
    tolerance,
    cause,
    explained,
    unexplained,
    amount
FROM reconciliation_monthly
ORDER BY month, account_id, channel, measure
