-- grain: incident, day with a record. The figures of the incident's curve: successes and requests of a rate, requests
-- of a volume, the latency, or records of the data.
-- noqa: disable=AM07
WITH named AS (
    SELECT incident_id, kind, metric, app_key, channel
    FROM incidents
    WHERE incident_id IN (SELECT unnest($incident_ids))
), counted AS (
    SELECT named.incident_id, named.kind, named.metric, days.*
    FROM named
    JOIN channel_daily AS days ON named.app_key = days.app_key AND named.channel IN (days.channel, '*')
    WHERE named.kind <> 'data' AND named.metric <> '{{ SIGN_IN }}' AND day >= $first
    UNION ALL
    SELECT named.incident_id, named.kind, named.metric, days.*
    FROM named
    CROSS JOIN channel_daily AS days
    WHERE named.kind <> 'data' AND named.metric <> '{{ SIGN_IN }}' AND named.app_key = '*'
        AND named.channel IN (days.channel, '*')
        AND day >= $first
)
SELECT
    incident_id,
    day,
    sum(
        CASE metric
            {% for name, rate in RATE_OF.items() %}
            WHEN '{{ name }}' THEN {{ METRICS[rate].numerator }}
            {% endfor %}
            WHEN 'latency_p95_ms' THEN latency_p95_ms
            ELSE authorization_requests + verification_requests
        END
    )::BIGINT AS counted,
    sum(
        CASE metric
            {% for name, rate in RATE_OF.items() %}
            WHEN '{{ name }}' THEN {{ denominator(rate) }}
            {% endfor %}
        END
    )::BIGINT AS requests
FROM counted
GROUP BY incident_id, day
UNION ALL
SELECT incident_id, day, sum({{ METRICS[SIGN_IN].numerator }})::BIGINT, sum({{ denominator(SIGN_IN) }})::BIGINT
FROM named
JOIN session_daily ON named.app_key IN (session_daily.app_key, '*')
WHERE named.metric = '{{ SIGN_IN }}' AND day >= $first
GROUP BY incident_id, day
UNION ALL
SELECT incident_id, day, records_accepted - duplicates, NULL
FROM named
CROSS JOIN day_quality
WHERE kind = 'data' AND day >= $first AND {{ has_data() }}
ORDER BY incident_id, day
