-- grain: stored record of the app, copies included, by day, with hashes of its device and its attempt. `fits`: whether
-- it has the requested id.
SELECT
    day,
    event_id,
    CASE WHEN device_low IS NOT NULL THEN hash(day, device_high, device_low) END AS device,
    CASE WHEN attempt_id IS NOT NULL THEN hash(day, attempt_id) END AS attempt,
    fits
FROM app_events
