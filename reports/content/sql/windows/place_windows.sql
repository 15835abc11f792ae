-- One row per place of `day_places.sql` and window that contains its days: whether the days are matched in this window.
SELECT place, unnest(windows, recursive := true)
FROM (SELECT DISTINCT place, windows FROM day_places)
ORDER BY ALL
