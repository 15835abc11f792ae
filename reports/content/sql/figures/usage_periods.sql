-- app_key or '*', period: the counts of usage over the period, over its matched days and over their counterparts in what
-- it is compared with; NULL where no day of the period, or of what it is compared with, has data
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
