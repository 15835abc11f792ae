-- grain: hash of an app's key that may occur more than once in the day: finding these few is much faster than counting
-- all.
SELECT DISTINCT key_hash
FROM (
    SELECT key_hash, lag(key_hash) OVER (ORDER BY key_hash) AS one_before
    FROM (SELECT hash(key_number, app, low) AS key_hash FROM key_records)
)
WHERE key_hash = one_before
