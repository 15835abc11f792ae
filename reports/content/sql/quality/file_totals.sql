-- One row: the number of input files, the number of those that count, with their records, and the number of refused
-- files. Replaced, held, damaged and unread files do not count.
SELECT
    count(*) AS files,
    count(*) FILTER (counts) AS files_counted,
    CAST(coalesce(sum(records_read) FILTER (counts), 0) AS BIGINT) AS records_read,
    CAST(coalesce(sum(accepted) FILTER (counts), 0) AS BIGINT) AS accepted,
    CAST(coalesce(sum(rejected) FILTER (counts), 0) AS BIGINT) AS rejected,
    CAST(coalesce(sum(skipped) FILTER (counts), 0) AS BIGINT) AS skipped,
    count(*) FILTER (status IN ('damaged', 'held') OR (status = 'unread' AND finding IS NOT NULL)) AS files_refused
FROM (SELECT *, status = 'read' AS counts FROM input_files)
