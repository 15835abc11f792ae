-- Grain: day, app_key, channel: the numerators and denominators of two rates, counted from the records of sample_draws.
SELECT
    day,
    app_key,
    channel,
    count(*) FILTER (is_authorization AND drawn_outcome NOT IN ('cancelled', 'switched')) AS technical_requests,
    count(*) FILTER (is_authorization AND drawn_outcome = 'success') AS technical_successes,
    count(*) FILTER (is_verification) AS verification_requests,
    count(*) FILTER (is_verification AND drawn_outcome IN ('success', 'mismatch')) AS verification_results
FROM (
    SELECT
        day,
        app_key,
        channel,
        drawn_outcome,
        stage IN ('authorize', 'login') AS is_authorization,
        stage IN ('verify', 'login') AS is_verification
    FROM sample_draws
    WHERE NOT is_again
)
GROUP BY day, app_key, channel
