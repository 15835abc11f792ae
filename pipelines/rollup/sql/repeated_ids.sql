-- grain: one row per event_id that the day's parts hold more than once.
SELECT event_id
FROM read_parquet($parts, hive_partitioning = false)
WHERE day = $day
GROUP BY event_id
HAVING count(*) > 1
