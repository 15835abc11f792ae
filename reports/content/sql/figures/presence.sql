-- One row per app: first and last day with a record, records and devices of the data day (NULL if it has no data), and
-- usual records: the median of this weekday over the eight weeks before, without holidays. It is NULL on a holiday, with
-- fewer than three weeks of data, and if the median is 0.
WITH spans AS (
    SELECT app_key, min(day) AS first_seen, max(day) AS last_seen FROM channel_daily GROUP BY app_key
), weeks AS (
    SELECT day FROM day_quality
    WHERE day BETWEEN $reference_first AND $last AND ($last::DATE - day) % 7 = 0 AND {{ has_data() }}
        AND (day = $last OR NOT is_holiday)
), counted AS (
    SELECT app_key, day, sum(records)::BIGINT AS records
    FROM outcome_daily
    WHERE day IN (FROM weeks)
    GROUP BY app_key, day
), usual AS (
    SELECT app_key, round(median(coalesce(records, 0)))::BIGINT AS usual_records
    FROM spans
    JOIN weeks ON weeks.day BETWEEN first_seen AND $last::DATE - 1
    LEFT JOIN counted USING (app_key, day)
    GROUP BY app_key
    HAVING count(*) >= 3 AND NOT (SELECT is_holiday FROM day_quality WHERE day = $last)
)
SELECT
    spans.*,
    CASE WHEN has_data THEN coalesce(today.records, 0) END AS records,
    nullif(usual_records, 0) AS usual_records,
    CASE WHEN has_data THEN coalesce(usage_daily.devices, 0) END AS devices
FROM spans
LEFT JOIN usual USING (app_key)
LEFT JOIN counted AS today ON today.app_key = spans.app_key AND today.day = $last
CROSS JOIN (SELECT has_data FROM days WHERE day = $last) AS data_day
LEFT JOIN usage_daily ON usage_daily.app_key = spans.app_key AND usage_daily.day = $last
ORDER BY spans.app_key
