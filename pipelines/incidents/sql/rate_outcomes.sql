-- grain: incident_id, dimensions of causes, outcome, result_code: requests on the compared days
WITH outcomes AS (
    {%- for name in WATCHED + RISING %}
    SELECT *, '{{ name }}' AS metric, {{ condition(METRICS[name].numerator) }} AS is_success
    FROM outcome_daily
    WHERE {{ condition(METRICS[name].denominator) }}
    {{ "" if loop.last else "UNION ALL" }}
    {%- endfor %}
)
SELECT
    watched.incident_id,
    {{ each_of(CAUSES, "outcomes.{0}") }},
    outcomes.outcome,
    outcomes.result_code,
    outcomes.is_success,
    coalesce(sum(records) FILTER (NOT is_now), 0)::BIGINT AS requests_before,
    coalesce(sum(records) FILTER (is_now), 0)::BIGINT AS requests_now,
    coalesce(sum(records) FILTER (is_success AND NOT is_now), 0)::BIGINT AS successes_before,
    coalesce(sum(records) FILTER (is_success AND is_now), 0)::BIGINT AS successes_now
FROM outcomes
INNER JOIN incident_days AS watched
    ON watched.metric = outcomes.metric
    AND watched.channel = outcomes.channel
    AND watched.day = outcomes.day
    AND watched.app_key IN (outcomes.app_key, '*')
GROUP BY ALL
