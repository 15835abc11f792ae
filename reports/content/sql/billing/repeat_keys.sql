-- day, key, rank: the keys with most requests on a day of the last 30, over all of them
SELECT
    day,
    key,
    app_key,
    key_hash,
    requests,
    uses,
    strftime(first_at AT TIME ZONE time_zone, '%H:%M:%S') AS first_at,
    strftime(last_at AT TIME ZONE time_zone, '%H:%M:%S') AS last_at
FROM repeat_top
CROSS JOIN publication
WHERE day BETWEEN $first AND $last
ORDER BY requests DESC, day DESC, key, rank
LIMIT 20
