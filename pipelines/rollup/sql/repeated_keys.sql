-- grain: hash of an app's key that the day may have more than once: to find these few takes a fraction of counting all.
SELECT DISTINCT key_hash
FROM (
    SELECT key_hash, lag(key_hash) OVER (ORDER BY key_hash) AS one_before
    FROM (SELECT hash(key_number, app, low) AS key_hash FROM key_records)
)
WHERE key_hash = one_before
