-- grain: rejected record
SELECT path, line, reason, record
FROM read_parquet(getvariable('rejects_files'), filename = true)
JOIN rejects_paths USING (filename)
ORDER BY path, line, reason
