-- grain: one row per record with a device, of one device in `of`; whether ids are real is seen on some of them, too.
SELECT app_key, channel, stage, platform, device_hash, event_time, attempt_id
FROM counted_records
WHERE device_hash IS NOT NULL AND hash(device_hash) % $of = 0
