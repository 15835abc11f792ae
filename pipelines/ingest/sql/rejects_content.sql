-- grain: one row: how many rejected records a part holds, and a sum of them that does not depend on their order.
SELECT count(*) AS rejected, coalesce(sum(hash(reject)), 0)::VARCHAR AS content
FROM read_parquet($file, hive_partitioning = false) AS reject
