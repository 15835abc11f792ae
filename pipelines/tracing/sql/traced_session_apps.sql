-- grain: session, with the columns of session_apps that the steps read: whether only the server's records sign in by
-- one_click on that day. The number of the session replaces the key of the app.
SELECT app, day, app AS app_key, coalesce(by_server, false) AS by_server
FROM (SELECT DISTINCT app, day_number FROM cut_records) AS numbered
JOIN batch_days USING (day_number)
LEFT JOIN books USING (day)
