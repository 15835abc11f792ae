-- day, account_id, app_key, channel, measure: the columns of reconciliation_daily, for the last 30 days
SELECT
    day,
    account_id,
    app_key,
    channel,
    measure,
    console,
    log,
    difference,
    tolerance,
    cause,
    explained,
    unexplained,
    shift_hours,
    late
FROM reconciliation_daily
WHERE day BETWEEN $first AND $last
ORDER BY day, account_id, app_key, channel, measure
