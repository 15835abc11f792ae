-- grain: channel, stage, platform, hour of the clock, class of the latency of authorize, verify and login records.
SELECT
    channel_of(channel) AS channel,
    stage_of(stage) AS stage,
    coalesce(platform_of(hours.platform), app_platforms.platform, 'unknown') AS platform,
    $clock_hours[hour + 1] AS hour,
    ['0 ms', '1–99 ms', '100–299 ms', '300–999 ms', '1–2.9 s', '3–9.9 s', '10 s and more'][class] AS latency_class,
    sum(records)::BIGINT AS records,
    sum(at_full_hour)::BIGINT AS at_full_hour
FROM (
    SELECT
        channel,
        stage,
        platform,
        -- Only what names no platform has that of its app.
        CASE WHEN platform IS NULL THEN app END AS app,
        hour,
        CASE
            WHEN NOT is_answer THEN NULL
            WHEN latency_ms = 0 THEN 1
            WHEN latency_ms < 100 THEN 2
            WHEN latency_ms < 300 THEN 3
            WHEN latency_ms < 1000 THEN 4
            WHEN latency_ms < 3000 THEN 5
            WHEN latency_ms < 10000 THEN 6
            WHEN latency_ms >= 10000 THEN 7
        END::UTINYINT AS class,
        count(*) AS records,
        count(*) FILTER (is_at_full_hour) AS at_full_hour
    FROM numbered_records
    GROUP BY ALL
) AS hours
LEFT JOIN app_numbers USING (app)
LEFT JOIN app_platforms USING (app_key)
GROUP BY ALL
