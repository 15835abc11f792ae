-- grain: one row: how many events a part holds, and a sum of them that does not depend on their order.
SELECT count(*) AS events, coalesce(sum(hash(event)), 0)::VARCHAR AS content
FROM (
    SELECT * EXCLUDE (line)
    FROM read_parquet($files, union_by_name = true, hive_partitioning = false)
    WHERE day IS NOT NULL AND day >= $first
) AS event
