-- One row per app or `*` and period: counts of usage over the period, its matched days and their counterparts in the
-- period of comparison. Counts are NULL if no day of the period has data; counts of counterparts are NULL if no day of
-- the period of comparison has data.
WITH sums AS (
    SELECT coalesce(app_key, '*') AS app_key, period, {{ spans(HEADLINE_USAGE) }}
    FROM usage_daily
    JOIN period_days USING (day)
    GROUP BY period, GROUPING SETS ((app_key), ())
)
SELECT
    app_key,
    period,
    place,
    {% for name in span_names(HEADLINE_USAGE) %}
    CASE WHEN {{ "base_" if name.startswith("counterpart_") }}days_with_data > 0 THEN coalesce({{ name }}, 0) END
        AS {{ name }},
    {% endfor %}
FROM listed_apps
CROSS JOIN periods
LEFT JOIN sums USING (app_key, period)
ORDER BY app_key, place
