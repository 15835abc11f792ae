-- grain: at most one row: an id of a closed day that the old content of a path has and the new one lacks.
SELECT old.event_id
FROM old
WHERE old.day BETWEEN $oldest AND $closed
    AND NOT EXISTS (SELECT 1 FROM new WHERE new.day = old.day AND new.event_id = old.event_id)
LIMIT 1
