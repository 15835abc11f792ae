-- grain: day, app_key, and the columns of DETAIL
SELECT
    day,
    app_key,
    {{ each_of(DETAIL, "{0}") }},
    {{ sums(COUNTS) }}
FROM counts
GROUP BY ALL
ORDER BY day, app_key, {{ each_of(DETAIL, "{0} NULLS FIRST") }}
