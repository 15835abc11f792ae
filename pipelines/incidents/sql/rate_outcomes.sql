-- grain: incident_id, dimensions of causes, outcome, result_code: requests on the compared days
WITH outcomes AS (
    -- Joined before the conditions, so that the day tables are read once for all metrics.
    SELECT
        *,
        CASE metric
            {%- for name in WATCHED + RISING %}
            WHEN '{{ name }}' THEN {{ condition(METRICS[name].denominator) }}
            {%- endfor %}
        END AS is_request,
        CASE metric
            {%- for name in WATCHED + RISING %}
            WHEN '{{ name }}' THEN {{ condition(METRICS[name].numerator) }}
            {%- endfor %}
        END AS is_success
    FROM outcome_daily
    INNER JOIN sides
        ON watched_channel = channel
        AND watched_day = day
        AND watched_app IN (app_key, '*')
)
SELECT
    incident_id,
    {{ each_of(CAUSES, "{0}") }},
    outcome,
    result_code,
    is_success,
    coalesce(sum(records) FILTER (NOT is_now), 0)::BIGINT AS requests_before,
    coalesce(sum(records) FILTER (is_now), 0)::BIGINT AS requests_now,
    coalesce(sum(records) FILTER (is_success AND NOT is_now), 0)::BIGINT AS successes_before,
    coalesce(sum(records) FILTER (is_success AND is_now), 0)::BIGINT AS successes_now
FROM outcomes
WHERE is_request
GROUP BY ALL
