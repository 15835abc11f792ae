-- One row per day with a one_click session, from $reference_first to the as-of: sessions by step.
SELECT day, {{ sums(FUNNEL) }}
FROM funnel_daily
WHERE day BETWEEN $reference_first AND $last
GROUP BY day
ORDER BY day
