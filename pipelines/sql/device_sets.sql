-- grain: one row per app_key, channel, device of the day's authorize, verify and login records.
SELECT DISTINCT app_key, channel, device_hash
FROM counted_records
WHERE device_hash IS NOT NULL AND stage IN ('authorize', 'verify', 'login')
