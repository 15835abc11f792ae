-- grain: hash of an event_id that the day may have more than once: a hash takes a fraction of the id's time.
SELECT DISTINCT id_hash
FROM (SELECT id_hash, lag(id_hash) OVER (ORDER BY id_hash) AS one_before FROM (SELECT hash(event_id) AS id_hash FROM events))
WHERE id_hash = one_before
