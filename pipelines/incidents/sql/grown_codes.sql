-- grain: incident_id, outcome, result_code that is no success and whose share of the requests grew
WITH counts AS (
    SELECT incident_id, outcome, result_code, is_success, sum(before) AS before, sum(now) AS now
    FROM rate_outcomes
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
