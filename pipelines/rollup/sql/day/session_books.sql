-- grain: day, app_key with a sign-in record
SELECT day, app_key, records, without_subject, sessions, by_server
FROM session_apps
ORDER BY day, app_key
