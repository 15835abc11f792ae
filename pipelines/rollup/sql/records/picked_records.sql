-- grain: record as delivered whose id may occur more than once on its day.
SELECT * EXCLUDE (id_hash, file, phone_mask, filename)
FROM events
JOIN repeated_ids ON id_hash = hash(day, event_id)
