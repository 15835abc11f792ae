-- One row: sessions with a one_click record from $first to $last by step, for $app_key or all apps (`*`).
SELECT {{ sums(("sessions",) + FUNNEL) }}
FROM funnel_daily
WHERE day BETWEEN $first AND $last AND $app_key IN (app_key, '*')
