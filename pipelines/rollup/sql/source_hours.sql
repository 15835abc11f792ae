-- grain: source, hour of the clock, over the day's records as delivered: copies are in them
SELECT
    file_sources.source,
    $clock_hours[(epoch_ms(event_time) - epoch_ms($day_start::TIMESTAMP)) // 3600000 + 1] AS hour,
    count(*) AS records
FROM events
JOIN file_sources USING (filename)
GROUP BY ALL
