-- grain: period, with its base, the coverage of both, and whether the change between them is shown
WITH named(period, place, window_days) AS (
    VALUES ('day', 0, NULL), ('7', 1, 7), ('30', 2, 30), ('month', 3, NULL), ('last_month', 4, NULL)
), covered AS (
    SELECT
        period,
        min(day) FILTER (NOT is_base) AS first_day,
        max(day) FILTER (NOT is_base) AS last_day,
        min(day) FILTER (is_base) AS base_first_day,
        max(day) FILTER (is_base) AS base_last_day,
        count(*) FILTER (NOT is_base) AS days,
        count(*) FILTER (NOT is_base AND {{ has_data() }}) AS days_with_data,
        count(*) FILTER (is_base) AS base_days,
        count(*) FILTER (is_base AND {{ has_data() }}) AS base_days_with_data,
        count(*) FILTER (NOT is_base AND is_matched) AS matched_days
    FROM out.period_days
    GROUP BY period
)
SELECT *, 2 * matched_days >= days AS is_comparable
FROM named
JOIN covered USING (period)
ORDER BY period
