-- period: data day, 7 and 30 days, month to date, last whole month, each with the period that it is compared with (the
-- same weekday of the week before; the days just before; the same days of the month before) and the coverage of both
WITH bounds AS (
    SELECT $last::DATE AS as_of, date_trunc('month', $last::DATE)::DATE AS month
), named AS (
    SELECT 0 AS place, 'day' AS period, as_of AS first, as_of AS last, as_of - 7 AS base_first, as_of - 7 AS base_last
    FROM bounds
    UNION ALL
    SELECT 1, '7', as_of - 6, as_of, as_of - 13, as_of - 7 FROM bounds
    UNION ALL
    SELECT 2, '30', as_of - 29, as_of, as_of - 59, as_of - 30 FROM bounds
    UNION ALL
    -- A shorter month before ends with its own last day; its coverage then says that it cannot be compared.
    SELECT 3, 'month', month, as_of, (month - INTERVAL 1 MONTH)::DATE, (as_of - INTERVAL 1 MONTH)::DATE FROM bounds
    UNION ALL
    SELECT
        4, 'last_month',
        (month - INTERVAL 1 MONTH)::DATE, month - 1, (month - INTERVAL 2 MONTH)::DATE, (month - INTERVAL 1 MONTH)::DATE - 1
    FROM bounds
), complete_days AS (
    SELECT day FROM day_quality WHERE day_state = 'complete'
), covered AS (
    SELECT
        named.*,
        CASE period WHEN '7' THEN 7 WHEN '30' THEN 30 END AS window_days,
        (last - first + 1)::INTEGER AS days,
        (SELECT count(*) FROM complete_days WHERE day BETWEEN first AND last)::INTEGER AS days_with_data,
        (base_last - base_first + 1)::INTEGER AS base_days,
        (SELECT count(*) FROM complete_days WHERE day BETWEEN base_first AND base_last)::INTEGER AS base_days_with_data
    FROM named
)
SELECT
    *,
    -- Equally long and with data on equally many days; or whole months, which may differ in length, without a gap.
    days_with_data > 0 AND (
        (days = base_days AND days_with_data = base_days_with_data)
        OR (days = days_with_data AND base_days = base_days_with_data)
    ) AS is_comparable
FROM covered
ORDER BY place
