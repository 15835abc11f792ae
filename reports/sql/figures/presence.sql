-- app_key: since when and until when it logs, and its records and devices on the data day
SELECT
    spans.*,
    coalesce(today.records, 0)::BIGINT AS records,
    coalesce(usage_daily.devices, 0) AS devices
FROM (SELECT app_key, min(day) AS first_seen, max(day) AS last_seen FROM channel_daily GROUP BY app_key) AS spans
LEFT JOIN (SELECT app_key, sum(records) AS records FROM outcome_daily WHERE day = $last GROUP BY app_key) AS today
    USING (app_key)
LEFT JOIN usage_daily ON usage_daily.app_key = spans.app_key AND usage_daily.day = $last
ORDER BY app_key
