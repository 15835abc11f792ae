-- day, account_id, app_key, channel, measure: the consoles beside the log of the last 30 days, the newest first
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
ORDER BY day DESC, account_id, app_key, channel, measure
