-- grain: stored record of the app that is printed, as logged: it is in a session of a traced subject; or it is in no
-- subject's session, and has the requested id or the device of a traced subject. `kept_…` is the copy that counts in
-- its place.
WITH kept AS (
    SELECT record_number AS kept_number, filename AS kept_filename, file AS kept_file, app_key = $app_key AS is_kept_here
    FROM traced_events
), devices AS (
    SELECT DISTINCT day, high AS device_high, low AS device_low
    FROM traced_subjects
    JOIN batch_days ON day_number = day_number_of(app)
), with_subject AS (
    SELECT day, event_id FROM all_subject_records JOIN batch_days ON day_number = day_number_of(app)
), copies AS (
    SELECT * FROM dropped_copies JOIN kept USING (kept_number)
)
SELECT
    traced.*,
    kept_number,
    kept_filename,
    kept_file,
    is_kept_here,
    session_places.* EXCLUDE (day, event_id),
    1::BIGINT AS records
FROM (SELECT * FROM traced_events WHERE app_key = $app_key) AS traced
LEFT JOIN copies USING (record_number)
LEFT JOIN session_places
    ON session_places.day = traced.day AND session_places.event_id = traced.event_id AND coalesce(is_kept_here, true)
WHERE
    session_number IS NOT NULL
    OR (traced.day, traced.event_id) NOT IN (SELECT (day, event_id) FROM with_subject)
    AND (fits OR (traced.day, device_high, device_low) IN (SELECT (day, device_high, device_low) FROM devices))
