-- One row per day and key: the 20 keys with most requests on a day, among all of the last 30 days.
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
