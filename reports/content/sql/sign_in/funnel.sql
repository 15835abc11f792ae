-- one row: sign-in sessions with a record in one_click from $first to $last, by step; of $app_key, or of all apps (`*`)
SELECT {{ sums(("sessions",) + FUNNEL) }}
FROM funnel_daily
WHERE day BETWEEN $first AND $last AND $app_key IN (app_key, '*')
