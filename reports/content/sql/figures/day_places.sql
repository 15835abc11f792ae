-- day of the windows and of those before: the place of all days that stand in the same of these, and which these are. What
-- is summed by place first is summed over each day once
SELECT
    day,
    dense_rank() OVER (ORDER BY windows) AS place,
    windows
FROM (
    SELECT
        day,
        list(
            {'window_days': window_days, 'is_base': is_base, 'is_matched': is_matched} ORDER BY window_days, is_base
        ) AS windows
    FROM period_days
    JOIN periods USING (period)
    WHERE window_days IS NOT NULL
    GROUP BY day
)
ORDER BY day
