-- reason: how many records were rejected for it, with three of the kept ones as examples (already masked): of the files
-- whose names come last, which are the newest where names have dates
SELECT
    reason,
    CAST(sum(rejected) AS BIGINT) AS records,
    max({'path': path, 'line': line, 'record': record}, 3) AS examples
FROM rejected_records
GROUP BY reason
ORDER BY records DESC, reason
