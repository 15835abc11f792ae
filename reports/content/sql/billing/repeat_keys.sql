-- One row per day, app and device or phone: the 20 rows of the last 30 days with most requests.
SELECT
    day,
    key,
    app_key,
    key_hash,
    requests,
    uses,
    first_at,
    last_at
FROM repeat_top
WHERE day BETWEEN $first AND $last
ORDER BY requests DESC, day DESC, key, rank
LIMIT 20
