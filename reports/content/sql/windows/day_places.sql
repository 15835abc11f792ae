-- One row per day of the windows and of the windows before: its windows, and a `place` that days of the same windows
-- share. Counts are summed by place first, so that each day is read only once.
SELECT day, dense_rank() OVER (ORDER BY windows) AS place, windows
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
