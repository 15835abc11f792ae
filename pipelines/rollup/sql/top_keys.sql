-- grain: key_number, app, device or phone: the twenty of each key that came most often, and perhaps more
-- Those that came once are looked at only where too few came more often.
WITH ranked AS (
    SELECT key_number, app, high, low, requests, uses, first_moment, last_moment FROM counted_keys
    UNION ALL
    SELECT key_number, app, high, low, 1, uses, moment, moment
    FROM key_records
    SEMI JOIN (
        SELECT unnest([1, 2]) AS key_number EXCEPT
        SELECT key_number FROM counted_keys GROUP BY key_number HAVING count(*) >= 20
    ) USING (key_number)
    ANTI JOIN repeated_keys ON key_hash = hash(key_number, app, low)
)
SELECT *
FROM ranked
WHERE key_number < 3
QUALIFY row_number() OVER (
    PARTITION BY key_number ORDER BY requests DESC, high < 0, high, low < 0, low, app
) <= 20
