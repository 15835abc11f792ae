-- grain: stored record of the app that is printed: it is in a session of a traced subject; or it is in no subject's
-- session, and has the requested id or the device of a traced subject. Of each session, and of each day's records in
-- no session, at most $most_records are printed: first those with the requested id, then the earliest. `place` is the
-- position in the output, and `left_out` the number of the rest. `kept_number` is the copy that counts in its place.
-- The columns are few, because a day's records may all have the requested id.
WITH kept AS (
    SELECT record_number AS kept_number, app_key = $app_key AS is_kept_here FROM traced_events
), devices AS (
    SELECT DISTINCT day, high AS device_high, low AS device_low
    FROM traced_subjects
    JOIN batch_days ON day_number = day_number_of(app)
), with_subject AS (
    SELECT day, event_id FROM all_subject_records JOIN batch_days ON day_number = day_number_of(app)
), copies AS (
    SELECT * FROM dropped_copies JOIN kept USING (kept_number)
), placed AS (
    SELECT
        traced.record_number,
        traced.event_id,
        event_time,
        fits,
        coalesce(device_high = high AND device_low = low, false) AS is_of_device,
        kept_number,
        is_kept_here,
        traced.day,
        session_places.* EXCLUDE (day, event_id)
    FROM (SELECT * FROM traced_events WHERE app_key = $app_key) AS traced
    LEFT JOIN copies USING (record_number)
    LEFT JOIN session_places
        ON session_places.day = traced.day AND session_places.event_id = traced.event_id AND coalesce(is_kept_here, true)
    WHERE
        session_number IS NOT NULL
        OR (traced.day, traced.event_id) NOT IN (SELECT (day, event_id) FROM with_subject)
        AND (fits OR (traced.day, device_high, device_low) IN (SELECT (day, device_high, device_low) FROM devices))
), positioned AS (
    SELECT
        * EXCLUDE (event_id, event_time, is_of_device),
        row_number() OVER (
            PARTITION BY day, session_number
            ORDER BY moment, event_time, event_id, kept_number IS NOT NULL, record_number
        ) AS place,
        greatest(count(*) OVER (PARTITION BY day, session_number) - $most_records, 0) AS left_out,
        bool_or(is_of_device) OVER (PARTITION BY high, low) AS is_device
    FROM placed
)
SELECT * EXCLUDE (day, fits)
FROM positioned
QUALIFY row_number() OVER (PARTITION BY day, session_number ORDER BY fits DESC, place) <= $most_records
