-- grain: record of the day as it was delivered that is looked at one by one: its id may come more than once, or it is of
-- the sample. That holds the records of one device in so many that $id_sample records are left, or of one attempt where
-- they name no device: whether ids are real is seen on some of the records, too.
SELECT *
FROM (
    SELECT
        events.* EXCLUDE (file, day, phone_mask, filename),
        id_hash IS NOT NULL AS may_repeat,
        CASE
            WHEN device_low IS NULL THEN hash(coalesce(attempt_id, event_id))
            -- What DuckDB's hash of the two halves as one UUID is.
            ELSE xor(hash(xor(device_high, (-9223372036854775808)::BIGINT)), hash(device_low))
        END % (SELECT greatest(sum(records) // $id_sample, 1)::UBIGINT FROM delivered_apps) = 0 AS is_sampled
    FROM events
    LEFT JOIN repeated_ids ON id_hash = hash(event_id)
)
WHERE may_repeat OR is_sampled
