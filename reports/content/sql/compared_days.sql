-- period, is_base, day: the days of the periods and of what they are compared with
SELECT period, is_base, day, is_matched
FROM period_days
WHERE period IN ('day', '7', '30')
ORDER BY period, is_base, day
