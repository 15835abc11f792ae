-- grain: day on which the app has a stored record with the requested id
SELECT DISTINCT day FROM app_events WHERE fits ORDER BY day
