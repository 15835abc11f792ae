-- period: its days and those that it is compared with, their coverage, and whether a change is shown
SELECT period, first_day, last_day, base_first_day, base_last_day, days, days_with_data, base_days,
    base_days_with_data, is_comparable
FROM periods
ORDER BY place
