-- grain: day, source, hour of the clock, over the records as delivered, copies included
WITH file_hours AS (
    SELECT
        filename,
        file,
        day,
        -- Hours of the clock begin at a quarter of an hour.
        epoch_us(event_time) // 900000000 AS quarter,
        count(*) AS records
    FROM events
    GROUP BY ALL
)
SELECT day, source, clock_hours[quarter - first_quarter + 1] AS hour, sum(records)::BIGINT AS records
FROM file_hours
JOIN file_sources USING (filename, file)
JOIN batch_days USING (day)
GROUP BY ALL
