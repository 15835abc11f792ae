-- One row per day of the 90 that end with the as-of: the shortest window (1, 7, 30, 90 days) that contains it.
-- Sums by this window have a fraction of the rows of sums by day. The sums of longer windows are computed from them.
SELECT
    day::DATE AS day,
    CASE WHEN day > $last::DATE - 1 THEN 1 WHEN day > $last::DATE - 7 THEN 7 WHEN day > $last::DATE - 30 THEN 30 ELSE 90 END
        AS shortest
FROM generate_series($long_first::DATE, $last::DATE, INTERVAL 1 DAY) AS days(day)
ORDER BY day
