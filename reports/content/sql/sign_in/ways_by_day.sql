-- One row per day with a sign-in session, from $long_first to $last: sessions by way.
SELECT day, {{ sums(WAYS) }}
FROM session_daily
WHERE day BETWEEN $long_first AND $last
GROUP BY day
ORDER BY day
