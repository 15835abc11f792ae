-- One row per day and run that changed the day's records after publication, in the last 60 days: the changed share of
-- the counted records, and the day's age at the change. The age counts the days up to the run: to the day after the
-- last day that was closed before it. If that closed day was not recorded, it is taken from the input files that caused
-- the change; the age is NULL if there is none.
WITH moved AS (
    SELECT
        day,
        run,
        any_value(cause) AS cause,
        any_value(closed_through) AS closed_through,
        sum(abs(coalesce(published_now, 0) - coalesce(published_before, 0))) AS records
    FROM restatements
    WHERE metric = 'records' AND channel = '*'
    GROUP BY day, run
),
read AS (
    SELECT files.day, files.run, max(input_files.closed_through) AS closed_through
    FROM (
        SELECT day, run, unnest(string_split(cause, '; ')) AS path
        FROM moved
        WHERE closed_through IS NULL
    ) AS files
    JOIN input_files USING (path)
    GROUP BY files.day, files.run
),
known AS (
    SELECT day, run, records, coalesce(moved.closed_through, read.closed_through) AS closed_through
    FROM moved
    LEFT JOIN read USING (day, run)
)
SELECT
    known.closed_through - day + 1 AS age,
    known.records / nullif(day_quality.records_accepted - day_quality.duplicates, 0) AS part
FROM known
JOIN day_quality USING (day)
WHERE coalesce(known.closed_through, day) > $last::DATE - 60
ORDER BY day, run
