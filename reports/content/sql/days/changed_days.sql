-- day of the 60 up to the as-of whose records changed after publication: which part of its counted records moved, at most,
-- in one run
WITH moved AS (
    SELECT day, run, sum(abs(coalesce(published_now, 0) - coalesce(published_before, 0))) AS records
    FROM restatements
    WHERE metric = 'records' AND channel = '*' AND day BETWEEN $last - 59 AND $last
    GROUP BY day, run
)
SELECT
    day_quality.day,
    max(moved.records / nullif(day_quality.records_accepted - day_quality.duplicates, 0)) AS part
FROM day_quality
JOIN moved USING (day)
WHERE day_quality.day < $last
GROUP BY day_quality.day
ORDER BY day_quality.day
