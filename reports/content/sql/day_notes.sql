-- note of one of $days: its app and what people know of that day
SELECT notes.day, notes.app_key, text
FROM notes
WHERE day IN (SELECT unnest($days::DATE[]))
ORDER BY day, app_key = '*' DESC, app_key, text
