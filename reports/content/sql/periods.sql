-- period: as figures/periods.sql made it
SELECT period, first, last, base_first, base_last, days, days_with_data, base_days, base_days_with_data,
    is_comparable
FROM periods
ORDER BY place
