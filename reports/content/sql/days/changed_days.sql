-- One row per day and run that changed the day's figures after publication, in the last 60 days: the day's age at the
-- change, and the changed share of its counted records (NULL if only devices or latencies changed). A day is one day
-- old if it was the last day closed before the run. If the last closed day was not recorded with the change, it is
-- taken from the input files that caused the change; the age is NULL if they have none either.
WITH by_channel AS (
    SELECT
        day,
        run,
        any_value(cause) AS cause,
        any_value(closed_through) AS closed_through,
        -- A corrected outcome changes no number of records, but figures such as authorizations. So the largest change
        -- of any figure counts.
        max(abs(coalesce(published_now, 0) - coalesce(published_before, 0)))
            FILTER (channel <> '*' AND metric <> 'devices' AND NOT starts_with(metric, 'latency_')) AS records
    FROM restatements
    WHERE is_figure(metric)
    GROUP BY day, run, app_key, channel
),
moved AS (
    SELECT day, run, any_value(cause) AS cause, any_value(closed_through) AS closed_through, sum(records) AS records
    FROM by_channel
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
