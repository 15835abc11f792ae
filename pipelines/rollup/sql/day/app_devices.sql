-- grain: day, app_key: distinct devices over all channels
SELECT day, app_key, sum(devices)::BIGINT AS devices
FROM app_device_sets
GROUP BY ALL
ORDER BY day, app_key
