-- One row per day with a one_click session, up to 56 days before the as-of: sessions by step.
SELECT day, {{ sums(FUNNEL) }}
FROM funnel_daily
WHERE day BETWEEN $last::DATE - 56 AND $last
GROUP BY day
ORDER BY day
