-- grain: day, app_key: distinct devices over all channels
SELECT $day::DATE AS day, app_key, count(DISTINCT (device_high, device_low)) AS devices
FROM device_records
WHERE answers > 0
GROUP BY ALL
ORDER BY app_key
