-- grain: hash of a day and event_id that may occur more than once: comparing hashes takes a fraction of the time of
-- comparing ids.
SELECT DISTINCT id_hash
FROM (
    SELECT id_hash, lag(id_hash) OVER (ORDER BY id_hash) AS one_before
    FROM (SELECT hash(day, event_id) AS id_hash FROM events)
)
WHERE id_hash = one_before
