-- grain: record of the day as it was delivered whose id may come more than once.
SELECT * EXCLUDE (id_hash, file, day, phone_mask, filename)
FROM events
JOIN repeated_ids ON id_hash = hash(event_id)
