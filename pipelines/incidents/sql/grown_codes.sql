-- grain: incident_id, outcome, result_code that is no success and whose share of the requests grew
WITH counts AS (
    SELECT
        watched.incident_id,
        outcomes.outcome,
        outcomes.result_code,
        outcomes.is_success,
        coalesce(sum(records) FILTER (NOT is_now), 0) AS before,
        coalesce(sum(records) FILTER (is_now), 0) AS now
    FROM rate_outcomes AS outcomes
    INNER JOIN incident_days AS watched
        ON watched.metric = outcomes.metric
        AND watched.channel = outcomes.channel
        AND watched.day = outcomes.day
        AND watched.app_key IN (outcomes.app_key, '*')
    GROUP BY ALL
)
SELECT
    incident_id,
    outcome,
    result_code,
    now / sum(now) OVER requests - before / sum(before) OVER requests AS growth
FROM counts
WINDOW requests AS (PARTITION BY incident_id)
QUALIFY growth > 0 AND NOT is_success
ORDER BY incident_id, growth DESC, outcome, result_code NULLS FIRST
