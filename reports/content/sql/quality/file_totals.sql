-- One row: the number of input files, their counts of records, and the number of refused files. The counts of records
-- leave out replaced and held contents, whose records do not count.
SELECT
    count(*) AS files,
    CAST(coalesce(sum(records_read) FILTER (counts), 0) AS BIGINT) AS records_read,
    CAST(coalesce(sum(accepted) FILTER (counts), 0) AS BIGINT) AS accepted,
    CAST(coalesce(sum(rejected) FILTER (counts), 0) AS BIGINT) AS rejected,
    CAST(coalesce(sum(skipped) FILTER (counts), 0) AS BIGINT) AS skipped,
    count(*) FILTER (status IN ('damaged', 'held') OR (status = 'unread' AND finding IS NOT NULL)) AS files_refused
FROM (SELECT *, status NOT IN ('replaced', 'held') AS counts FROM input_files)
