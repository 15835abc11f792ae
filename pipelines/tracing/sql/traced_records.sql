-- grain: as traced_places, with all columns of the record as logged. `kept_…` is the copy that counts in its place.
WITH kept AS (
    SELECT record_number AS kept_number, filename AS kept_filename, file AS kept_file FROM traced_events
)
SELECT traced_events.*, traced_places.* EXCLUDE (record_number), kept_filename, kept_file, 1::BIGINT AS records
FROM traced_events
JOIN traced_places USING (record_number)
LEFT JOIN kept USING (kept_number)
