-- grain: content and day: how many ids the old contents have of the day that none of the new ones has.
SELECT filename, file, day, count(DISTINCT event_id) AS records
FROM old
WHERE day >= $first
    AND NOT EXISTS (SELECT 1 FROM new WHERE new.day = old.day AND new.event_id = old.event_id)
GROUP BY filename, file, day
