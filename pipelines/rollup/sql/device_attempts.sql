-- grain: sign-in record that names a device and an attempt; the first device of an attempt is the least of these.
SELECT app, attempt, {'time': moment_time(moment), 'event_id': event_id, 'high': high, 'low': low} AS first_device
FROM sign_in_records
WHERE low IS NOT NULL AND attempt IS NOT NULL
