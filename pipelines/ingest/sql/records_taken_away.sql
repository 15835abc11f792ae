-- grain: one row: how many ids of closed days the old reading of a file has and the new one lacks.
SELECT count(DISTINCT (old.day, old.event_id)) AS records
FROM old
WHERE old.day BETWEEN $oldest AND $closed
    AND NOT EXISTS (SELECT 1 FROM new WHERE new.day = old.day AND new.event_id = old.event_id)
