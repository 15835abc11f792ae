-- grain: stored record of the app, copies included, with hashes of its device and its attempt, which differ from day to
-- day. `fits` is whether it has the requested id.
SELECT
    day,
    event_id,
    CASE WHEN device_low IS NOT NULL THEN hash(day, device_high, device_low) END AS device,
    CASE WHEN attempt_id IS NOT NULL THEN hash(day, attempt_id) END AS attempt,
    fits
FROM app_events
