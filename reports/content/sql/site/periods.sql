-- period: its days and those that it is compared with, their coverage, how many are compared, whether a change is shown,
-- and the days of both that lack data, newest first
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
