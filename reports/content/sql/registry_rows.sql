-- path, line, reason: rows of the registry that do not count
SELECT path, line, reason, record
FROM rejected_records
WHERE origin = 'registry'
ORDER BY path, line, reason
