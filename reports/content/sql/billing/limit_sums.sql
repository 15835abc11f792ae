-- One row per limit: requests that it would have blocked over the last 30 days in all apps, and the app harmed most.
-- Sorted by uses saved, then by least harm.
WITH by_app AS (
    SELECT
        limit_id,
        app_key,
        sum(requests)::BIGINT AS requests,
        sum(with_key)::BIGINT AS with_key,
        sum(blocked)::BIGINT AS blocked,
        sum(blocked_uses)::BIGINT AS saved,
        sum(blocked_successes)::BIGINT AS harm
    FROM limit_daily
    WHERE day BETWEEN $first AND $last
    GROUP BY limit_id, app_key
)
SELECT
    limit_id,
    sum(requests)::BIGINT AS requests,
    sum(with_key)::BIGINT AS with_key,
    sum(blocked)::BIGINT AS blocked,
    sum(saved)::BIGINT AS saved,
    sum(harm)::BIGINT AS harm,
    first(app_key ORDER BY harm DESC, app_key) AS most_harmed,
    max(harm) AS most_harm
FROM by_app
GROUP BY limit_id
ORDER BY saved DESC, harm, limit_id
