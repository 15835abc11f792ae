-- grain: kept rejected record, of a landed file or of the registry
SELECT path, line, reason, CASE WHEN masking_version = $masking_version THEN record ELSE $mask END AS record,
    'landing' AS origin, rejected, sha256
FROM file_rejects
JOIN rejects_paths USING (filename, file)
UNION ALL
SELECT path, line, reason, record, 'registry', 1, '' FROM registry_problems
ORDER BY path, line, reason, origin, sha256
