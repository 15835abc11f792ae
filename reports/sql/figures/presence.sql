-- app_key: since when and until when it logs, and its records and devices on the data day (NULL where that has no data)
SELECT
    spans.*,
    CASE WHEN has_data THEN coalesce(today.records, 0)::BIGINT END AS records,
    CASE WHEN has_data THEN coalesce(usage_daily.devices, 0) END AS devices
FROM (SELECT app_key, min(day) AS first_seen, max(day) AS last_seen FROM channel_daily GROUP BY app_key) AS spans
LEFT JOIN (SELECT app_key, sum(records) AS records FROM outcome_daily WHERE day = $last GROUP BY app_key) AS today
    USING (app_key)
CROSS JOIN (SELECT has_data FROM days WHERE day = $last) AS data_day
LEFT JOIN usage_daily ON usage_daily.app_key = spans.app_key AND usage_daily.day = $last
ORDER BY app_key
