-- grain: key_number, app, device or phone: the twenty with the most records of each day and key_number, among the keys
-- of one worker. Keys with one record are read only on days on which fewer than twenty keys may have more.
WITH ranked AS (
    SELECT key_number, app, high, low, requests, uses, first_moment, last_moment FROM counted_keys
    UNION ALL
    SELECT key_number, app, high, low, 1, uses, moment, moment
    FROM key_records
    SEMI JOIN (
        SELECT day_number, unnest([1, 2]) AS key_number FROM batch_days EXCEPT
        SELECT day_number_of(app), key_number FROM counted_keys GROUP BY ALL HAVING count(*) >= 20
    ) AS too_few ON too_few.key_number = key_records.key_number AND day_number = day_number_of(key_records.app)
    ANTI JOIN repeated_keys ON key_hash = hash(key_number, app, low)
)
SELECT *
FROM ranked
WHERE key_number < 3
QUALIFY row_number() OVER (
    PARTITION BY day_number_of(app), key_number ORDER BY requests DESC, high < 0, high, low < 0, low, app
) <= 20
