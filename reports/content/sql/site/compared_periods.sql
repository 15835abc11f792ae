-- One row per period: days of the period and of its period of comparison, the coverage of both, the number of matched
-- days, whether a change is shown, and the days of both without data, newest first.
WITH gaps AS (
    SELECT period, list(day ORDER BY day DESC) AS missing
    FROM period_days
    WHERE day_state = 'missing'
    GROUP BY period
)
SELECT period, first_day, last_day, base_first_day, base_last_day, days, days_with_data, base_days,
    base_days_with_data, matched_days, is_comparable, coalesce(missing, []) AS missing
FROM periods
LEFT JOIN gaps USING (period)
ORDER BY place
