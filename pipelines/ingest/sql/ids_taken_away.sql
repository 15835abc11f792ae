-- grain: at most one row: an id of a closed day that the old content of a path has and the new one lacks.
SELECT old.event_id
FROM read_parquet($old, hive_partitioning = false) AS old
WHERE old.day BETWEEN $oldest AND $closed
    AND NOT EXISTS (
        SELECT 1
        FROM read_parquet($new, hive_partitioning = false) AS new
        WHERE new.day = old.day AND new.event_id = old.event_id
    )
LIMIT 1
