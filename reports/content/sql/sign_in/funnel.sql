-- one row: sign-in sessions with a record in one_click from $first to $last, by step
SELECT {{ sums(("sessions",) + FUNNEL) }}
FROM funnel_daily
WHERE day BETWEEN $first AND $last
