-- One row: the number of input files, the number of those that count, with their records, and the number of refused
-- files. Replaced, held, damaged and unread files do not count.
SELECT
    count(*) AS files,
    count(*) FILTER (status = 'read') AS files_counted,
    {{ sums(("records_read", "accepted", "rejected", "skipped"), "status = 'read'") }},
    count(*) FILTER (status IN ('damaged', 'held') OR (status = 'unread' AND finding IS NOT NULL)) AS files_refused
FROM input_files
