-- One row per day in $days: counts of usage of all apps together, then the same counts a week before; NULL without
-- data.
WITH totals AS (
    SELECT day, {{ sums(CARDS) }}
    FROM usage_daily
    GROUP BY day
)
SELECT days.day, totals.* EXCLUDE (day), base.* EXCLUDE (day)
FROM (SELECT unnest($days::DATE[]) AS day) AS days
LEFT JOIN totals USING (day)
LEFT JOIN totals AS base ON base.day = week_before(days.day)
ORDER BY days.day
