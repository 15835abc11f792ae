-- grain: content and day, with the number of ids of an old content that no new content has on that day.
SELECT filename, file, day, count(DISTINCT event_id) AS records
FROM old
WHERE day >= $first
    AND NOT EXISTS (SELECT 1 FROM new WHERE new.day = old.day AND new.event_id = old.event_id)
GROUP BY filename, file, day
