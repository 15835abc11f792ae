-- One row per reason: number of rejected records, and up to three stored records as examples, in masked form. The
-- examples come from the files whose paths sort last, which are the newest if paths contain dates.
SELECT
    reason,
    CAST(sum(rejected) AS BIGINT) AS records,
    max({'path': path, 'line': line, 'record': record}, 3) AS examples
FROM rejected_records
GROUP BY reason
ORDER BY records DESC, reason
