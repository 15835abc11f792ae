-- grain: rejected record, of a landed file or of the registry
SELECT path, line, reason, record FROM file_rejects JOIN rejects_paths USING (filename)
UNION ALL
SELECT path, line, reason, record FROM registry_problems
ORDER BY path, line, reason
