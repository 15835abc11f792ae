-- day with a session in one_click, the as-of and the eight weeks before it: sessions by step
SELECT day, {{ sums(FUNNEL) }}
FROM funnel_daily
WHERE day BETWEEN $last::DATE - 56 AND $last
GROUP BY day
ORDER BY day
