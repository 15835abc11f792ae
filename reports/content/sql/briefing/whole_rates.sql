-- One row per app, channel and metric: rates that are 100 % on the data day, over at least 50 requests, and were lower
-- on each of the last 28 days with requests before. At least seven such days are needed.
WITH rates AS (
    {% for name in WATCHED %}
    SELECT
        day,
        app_key,
        channel,
        '{{ name }}' AS metric,
        {{ METRICS[name].numerator }} AS successes,
        {{ denominator(name) }} AS requests
    FROM channel_daily
    WHERE day > $last::DATE - 90 AND {{ denominator(name) }} > 0
    {{ "" if loop.last else "UNION ALL" }}
    {% endfor %}
), candidates AS (
    SELECT app_key, channel, metric FROM rates WHERE day = $last AND requests >= 50 AND successes = requests
), compared AS (
    SELECT
        *,
        count(*) OVER before AS days_before,
        count(*) FILTER (successes = requests) OVER before AS whole_days_before
    FROM rates
    -- Only these few need their history.
    SEMI JOIN candidates USING (app_key, channel, metric)
    WINDOW before AS (
        PARTITION BY app_key, channel, metric ORDER BY day ROWS BETWEEN 28 PRECEDING AND 1 PRECEDING
    )
)
SELECT coalesce(app_name, app_key) AS app_name, app_key, channel, metric
FROM compared
LEFT JOIN apps USING (app_key)
WHERE day = $last AND days_before >= 7 AND whole_days_before = 0
ORDER BY requests DESC, compared.app_key, channel, metric
