-- Grain: day, app_key, channel, hour of the day: the verification records of sample_draws, and their results.
SELECT
    day,
    app_key,
    channel,
    (ms_of_day // 3600000)::INTEGER AS hour,
    count(*) AS requests,
    count(*) FILTER (drawn_outcome = 'success') AS successes,
    count(*) FILTER (drawn_outcome = 'mismatch') AS mismatches,
    count(*) FILTER (drawn_outcome = 'unknown') AS unknowns,
    count(*) FILTER (drawn_outcome = 'success' OR drawn_outcome = 'mismatch' AND channel = 'local_verify') AS uses
FROM sample_draws
WHERE NOT is_again AND stage IN ('verify', 'login')
GROUP BY day, app_key, channel, hour
