-- grain: source, hour since the business day began, over the day's records as delivered: copies are in them
SELECT
    file_sources.source,
    (epoch_ms(event_time) - epoch_ms($day_start::TIMESTAMP)) // 3600000 AS hour,
    count(*) AS records
FROM read_parquet($parts, filename = true) AS events
JOIN file_sources USING (filename)
WHERE day = $day
GROUP BY ALL
