-- day: the 30 days of the longer window, oldest first
SELECT day, coalesce(day_state = 'complete', false) AS has_data
FROM (SELECT unnest(generate_series($first::DATE, $last::DATE, INTERVAL 1 DAY))::DATE AS day)
LEFT JOIN day_quality USING (day)
ORDER BY day
