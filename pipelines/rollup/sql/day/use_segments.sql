-- grain: day, cut, app_key, vendor with a use from the cut to the next one; and of each cut a row without an app.
SELECT $day::DATE AS day, starts_at, app_key, vendor, uses
FROM (
    SELECT ($cuts::TIMESTAMP[])[segment] AS starts_at, app_key, vendor, uses
    FROM segment_groups
    JOIN app_numbers USING (app)
    UNION ALL
    -- A cut that nothing was used after is known all the same.
    SELECT unnest($cuts::TIMESTAMP[]), '', '', 0
)
ORDER BY starts_at, app_key, vendor
