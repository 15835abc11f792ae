-- grain: source, hour of the clock, over the day's records as delivered: copies are in them
WITH file_hours AS (
    SELECT
        filename,
        file,
        $clock_hours[(epoch_ms(event_time) - epoch_ms($day_start::TIMESTAMP)) // 3600000 + 1] AS hour,
        count(*) AS records
    FROM events
    GROUP BY ALL
)
SELECT source, hour, sum(records)::BIGINT AS records
FROM file_hours
JOIN file_sources USING (filename, file)
GROUP BY ALL
