-- grain: one row: how many ids of closed days the old reading of a file has and the new one lacks.
SELECT count(DISTINCT (old.day, old.event_id)) AS records
FROM read_parquet($old, hive_partitioning = false) AS old
WHERE old.day <= $closed
    AND old.day >= $oldest
    AND NOT EXISTS (
        SELECT 1
        FROM read_parquet($new, hive_partitioning = false) AS new
        WHERE new.day = old.day AND new.event_id = old.event_id
    )
