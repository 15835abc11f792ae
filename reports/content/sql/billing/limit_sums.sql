-- One row per limit: requests that it would have blocked over the last 30 days in all apps, and the app harmed most.
-- Sorted by uses saved, then by least harm.
WITH by_app AS (
    SELECT limit_id, app_key, {{ sums(("requests", "with_key", "blocked", "blocked_uses", "blocked_successes")) }}
    FROM limit_daily
    WHERE day BETWEEN $first AND $last
    GROUP BY limit_id, app_key
)
SELECT
    limit_id,
    {{ sums(("requests", "with_key", "blocked", "blocked_uses", "blocked_successes")) }},
    first(app_key ORDER BY by_app.blocked_successes DESC, app_key) AS most_harmed,
    max(by_app.blocked_successes) AS most_harm
FROM by_app
GROUP BY limit_id
ORDER BY blocked_uses DESC, blocked_successes, limit_id
