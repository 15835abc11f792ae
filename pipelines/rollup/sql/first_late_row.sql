-- grain: the one row of where the late records of a content begin, `$in_time` of whose records of the day came in time.
SELECT filename, row_in_file(record_number) AS first_row
FROM content
WHERE file = $place AND day = $day
ORDER BY record_number
LIMIT 1 OFFSET $in_time
