-- grain: day, cut, app_key, vendor with a use from the cut to the next one; and of each cut a row without an app.
SELECT day, starts_at, app_key, vendor, uses
FROM (
    SELECT day, cuts[segment] AS starts_at, app_key, vendor, uses
    FROM segment_groups
    JOIN app_numbers USING (app)
    JOIN batch_days USING (day)
    UNION ALL
    -- A cut that nothing was used after is known all the same.
    SELECT day, unnest(cuts), '', '', 0 FROM batch_days
)
ORDER BY day, starts_at, app_key, vendor
