-- One row per place of days and window that contains them: whether the days are matched in this window.
SELECT place, unnest(windows, recursive := true)
FROM (SELECT DISTINCT place, windows FROM day_places)
ORDER BY ALL
