-- grain: sign-in record that names a device and an attempt; the least `first_device` is the attempt's first device.
SELECT app, attempt, {'time': moment_time(moment), 'event_id': event_id, 'high': high, 'low': low} AS first_device
FROM sign_in_records
WHERE low IS NOT NULL AND attempt IS NOT NULL
