-- grain: app, attempt: the first device of device_attempts, over the records of one worker
SELECT app, attempt, min(first_device) AS first_device FROM device_attempts GROUP BY ALL
