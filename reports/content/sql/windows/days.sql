-- One row per day of the 30-day window, oldest first: whether it has data.
SELECT day, ({{ has_data() }}) AS has_data
FROM period_days
WHERE period = '30' AND NOT is_base
ORDER BY day
