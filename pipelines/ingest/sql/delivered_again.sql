-- grain: pair of an old and a new content, and day: how many records of the new content the old one delivered in time.
-- These are the first `$in_time` records of the day in the old content. An id that occurs several times counts as often
-- as it occurs in both.
WITH days AS (
    SELECT unnest($pairs::INTEGER[]) AS pair, unnest($days::DATE[]) AS day, unnest($in_time::BIGINT[]) AS in_time
), contents AS (
    SELECT
        unnest($content_pairs::INTEGER[]) AS pair,
        unnest($are_old::BOOLEAN[]) AS is_old,
        unnest($filenames::VARCHAR[]) AS filename,
        unnest($places::INTEGER[]) AS file
), records AS (
    SELECT
        pair,
        day,
        event_id,
        is_old,
        in_time,
        row_number() OVER (PARTITION BY pair, is_old, day ORDER BY record_number) AS place
    FROM content
    JOIN contents USING (filename, file)
    JOIN days USING (pair, day)
), ids AS (
    SELECT
        pair,
        day,
        event_id,
        count_if(NOT is_old) AS records,
        count_if(is_old AND place <= in_time) AS records_in_time
    FROM records
    GROUP BY ALL
)
SELECT pair, day, sum(least(records, records_in_time))::BIGINT AS records
FROM ids
GROUP BY ALL
