-- One row per day and key: the 20 keys with most requests on a day, among all of the last 30 days.
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
