-- grain: day of a content that was read again: how many of its records are not behind the last record that came in time.
-- In the old reading, the first `$in_time` records of a day came in time. Of a repeated id, only the first record counts.
WITH days AS (
    SELECT unnest($days::DATE[]) AS day, unnest($in_time::BIGINT[]) AS in_time
), given AS (
    SELECT event_id
    FROM old_content
    JOIN days USING (day)
    QUALIFY row_number() OVER (PARTITION BY day ORDER BY record_number) <= in_time
), ends AS (
    SELECT max(first_number) AS last_number
    FROM (SELECT min(record_number) AS first_number FROM new_content SEMI JOIN given USING (event_id) GROUP BY event_id)
)
SELECT day, count(*) AS records
FROM new_content
JOIN ends ON record_number <= last_number
GROUP BY day
ORDER BY day
