-- One row: the counts of records of all input files together.
SELECT
    count(*) AS files,
    CAST(coalesce(sum(records_read), 0) AS BIGINT) AS records_read,
    CAST(coalesce(sum(accepted), 0) AS BIGINT) AS accepted,
    CAST(coalesce(sum(rejected), 0) AS BIGINT) AS rejected,
    CAST(coalesce(sum(skipped), 0) AS BIGINT) AS skipped,
    count(*) FILTER (status IN ('damaged', 'held') OR (status = 'unread' AND finding IS NOT NULL)) AS files_refused
FROM input_files
