-- grain: app, attempt: as device_attempts, the first device alone, of the records of one place
SELECT app, attempt, min(first_device) AS first_device FROM device_attempts GROUP BY ALL
