-- grain: app_key, channel, hour of the clock; and, where not is_of_app, channel, stage, platform, hour of the clock, class
-- of the latency of authorize, verify and login records. Over the day's de-duplicated records, in one look at them.
SELECT
    app_key,
    channel,
    stage,
    platform,
    hour,
    latency_class,
    grouping(app_key) = 0 AS is_of_app,
    count(*) AS records,
    count(*) FILTER (ms % 3600000 = 0) AS at_full_hour
FROM (
    SELECT
        app_key,
        channel,
        stage,
        coalesce(counted_records.platform, app_platforms.platform, 'unknown') AS platform,
        epoch_ms(event_time) - epoch_ms($day_start::TIMESTAMP) AS ms,
        -- Of a day with an hour twice or never, the elapsed hours are not those of the clock.
        $clock_hours[ms // 3600000 + 1] AS hour,
        CASE
            WHEN stage NOT IN ('authorize', 'verify', 'login') THEN NULL
            WHEN latency_ms = 0 THEN '0 ms'
            WHEN latency_ms < 100 THEN '1–99 ms'
            WHEN latency_ms < 300 THEN '100–299 ms'
            WHEN latency_ms < 1000 THEN '300–999 ms'
            WHEN latency_ms < 3000 THEN '1–2.9 s'
            WHEN latency_ms < 10000 THEN '3–9.9 s'
            WHEN latency_ms >= 10000 THEN '10 s and more'
        END AS latency_class
    FROM counted_records
    LEFT JOIN app_platforms USING (app_key)
)
GROUP BY GROUPING SETS ((app_key, channel, hour), (channel, stage, platform, hour, latency_class))
