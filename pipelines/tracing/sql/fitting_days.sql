-- grain: day on which the app has a stored record that fits what is looked for
SELECT DISTINCT day FROM app_events WHERE fits ORDER BY day
