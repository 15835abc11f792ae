-- One row per app and day, up to 56 days before the as-of: one_click sessions by step, and median times between steps.
-- Channel and day are indexes.
WITH times AS (
    SELECT
        app_key,
        day,
        {{ each_of(STEP_PAIRS, "min(p50_ms) FILTER (step = '{0}') AS {0}_p50_ms") }}
    FROM session_times_daily
    WHERE day BETWEEN $last::DATE - 56 AND $last AND app_key <> '*'
    GROUP BY app_key, day
),
steps AS (
    SELECT app_key, day, {{ sums(FUNNEL) }}
    FROM funnel_daily
    WHERE day BETWEEN $last::DATE - 56 AND $last
    GROUP BY app_key, day
)
SELECT
    app_key,
    list_position($channels, 'one_click') - 1 AS channel,
    (day - $long_first::DATE)::INTEGER AS place,
    {{ each_of(FUNNEL, "{0}") }},
    {{ each_of(STEP_PAIRS, "{0}_p50_ms") }}
FROM steps
LEFT JOIN times USING (app_key, day)
ORDER BY app_key
