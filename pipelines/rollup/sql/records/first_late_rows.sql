-- grain: day of a content with late records: its first late row. The first `$in_time` records of the day came in time.
SELECT day, filename, row_in_file(record_number) AS first_row
FROM (
    SELECT day, filename, record_number, row_number() OVER (PARTITION BY day ORDER BY record_number) - 1 AS earlier_rows
    FROM content
    WHERE file = $place AND day IN (SELECT unnest($days::DATE[]))
)
JOIN (SELECT unnest($days::DATE[]) AS day, unnest($in_time::BIGINT[]) AS earlier_rows) USING (day, earlier_rows)
ORDER BY day
