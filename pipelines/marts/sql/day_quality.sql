-- grain: day, from the first record to as_of
WITH unregistered AS (
    SELECT day, count(DISTINCT app_key) AS unregistered_apps
    FROM out.channel_daily
    WHERE app_key NOT IN (SELECT app_key FROM registered_apps)
    GROUP BY ALL
), spine AS (
    SELECT unnest(range((SELECT min(day) FROM day_books), $as_of::DATE + 1, INTERVAL 1 DAY))::DATE AS day
)
SELECT
    day,
    coalesce(accepted, 0) AS records_accepted,
    coalesce(accepted - counted, 0) AS duplicates,
    coalesce(unmapped, 0) AS unmapped_codes,
    coalesce(unregistered_apps, 0) AS unregistered_apps,
    coalesce(late, 0) AS late_records,
    day IN (SELECT day FROM out.restatements WHERE is_figure(metric)) OR coalesce(are_sessions_restated, false) AS restated,
    CASE WHEN accepted > 0 THEN 'complete' ELSE 'missing' END AS day_state,
    usual_records,
    is_holiday,
    is_short
FROM spine
LEFT JOIN day_books USING (day)
LEFT JOIN unregistered USING (day)
LEFT JOIN usual_volumes USING (day)
ORDER BY day
