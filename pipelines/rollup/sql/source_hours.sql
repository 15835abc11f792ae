-- grain: source, hour of the clock, over the day's records as delivered: copies are in them
WITH file_hours AS (
    SELECT
        filename,
        file,
        (epoch_us(event_time) - epoch_us($day_start::TIMESTAMP)) // 3600000000 AS hour,
        count(*) AS records
    FROM events
    GROUP BY ALL
)
SELECT source, $clock_hours[hour + 1] AS hour, sum(records)::BIGINT AS records
FROM file_hours
JOIN file_sources USING (filename, file)
GROUP BY ALL
