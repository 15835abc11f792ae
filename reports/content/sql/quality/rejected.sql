-- One row per reason: number of rejected records, with three of the kept ones as (masked) examples, from the files
-- whose names sort last: the newest if names contain dates.
SELECT
    reason,
    CAST(sum(rejected) AS BIGINT) AS records,
    max({'path': path, 'line': line, 'record': record}, 3) AS examples
FROM rejected_records
GROUP BY reason
ORDER BY records DESC, reason
