-- grain: day, cut, app_key, vendor with a use between the cut and the next one; and one row without an app for each
-- cut.
SELECT day, starts_at, app_key, vendor, uses
FROM (
    SELECT day, cuts[segment] AS starts_at, app_key, vendor, uses
    FROM segment_groups
    JOIN app_numbers USING (app)
    JOIN batch_days USING (day)
    UNION ALL
    -- This lists also the cuts without a use after them.
    SELECT day, unnest(cuts), '', '', 0 FROM batch_days
)
ORDER BY day, starts_at, app_key, vendor
