-- grain: one row per event_id that the day has more than once.
SELECT event_id
FROM events
GROUP BY event_id
HAVING count(*) > 1
