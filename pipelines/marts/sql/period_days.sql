-- grain: period, is_base, day: the days of each period, and of the base that it is compared with. Two days at the same
-- position (in months: the same day of the month) are matched if both have data.
WITH bounds AS (
    SELECT $as_of::DATE AS as_of, date_trunc('month', $as_of::DATE)::DATE AS month
), spans AS (
    SELECT 'day' AS period, as_of AS first, as_of AS last, week_before(as_of) AS base_first, week_before(as_of) AS base_last
    FROM bounds
    UNION ALL
    -- A window is compared with the same number of days just before it.
    SELECT window_days::VARCHAR, as_of - window_days + 1, as_of, as_of - 2 * window_days + 1, as_of - window_days
    FROM bounds, unnest([7, 30]) AS windows(window_days)
    UNION ALL
    -- The month to date is compared with the same days of the previous month, at most to the end of that month.
    SELECT 'month', month, as_of, (month - INTERVAL 1 MONTH)::DATE, (as_of - INTERVAL 1 MONTH)::DATE
    FROM bounds
    UNION ALL
    SELECT
        'last_month',
        (month - INTERVAL 1 MONTH)::DATE, month - 1, (month - INTERVAL 2 MONTH)::DATE, (month - INTERVAL 1 MONTH)::DATE - 1
    FROM bounds
), days AS (
    SELECT period, false AS is_base, unnest(generate_series(first, last, INTERVAL 1 DAY))::DATE AS day FROM spans
    UNION ALL
    SELECT period, true, unnest(generate_series(base_first, base_last, INTERVAL 1 DAY))::DATE FROM spans
), placed AS (
    SELECT *, coalesce(day_state, 'missing') AS state, day - min(day) OVER (PARTITION BY period, is_base) AS place
    FROM days
    LEFT JOIN out.day_quality USING (day)
)
SELECT
    period,
    is_base,
    day,
    state AS day_state,
    count_if({{ has_data("state") }}) OVER (PARTITION BY period, place) = 2 AS is_matched
FROM placed
ORDER BY period, is_base, day
