-- note: what people know of a day of the longer look that is about all apps
SELECT day, text
FROM notes
WHERE app_key = '*' AND day BETWEEN $long_first AND $last
ORDER BY day, text
