-- One row: verification records of the last 30 days that the provider itself rejected as limited.
SELECT coalesce(sum(records), 0)::BIGINT AS limited
FROM outcome_daily
WHERE
    day BETWEEN $first AND $last
    AND stage IN ('verify', 'login')
    AND is_number_channel(channel)
    AND outcome = 'limited'
