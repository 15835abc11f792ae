-- place of days, window_days, is_base: the windows that its days stand in, and whether they are matched there
SELECT place, unnest(windows, recursive := true)
FROM (SELECT DISTINCT place, windows FROM day_places)
ORDER BY ALL
