-- reason: how many records were rejected for it, with the first three as examples (already masked)
SELECT
    reason,
    count(*) AS records,
    min({'path': path, 'line': line, 'record': record}, 3) AS examples
FROM rejected_records
GROUP BY reason
ORDER BY records DESC, reason
