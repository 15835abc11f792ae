-- One row per app with an open incident of its own and a record on $day: the `channels` of these incidents. At most
-- $most apps, newest incidents first, with at most $most_read records of that day together.
WITH subjects AS (
    SELECT app_key, list(DISTINCT channel ORDER BY channel) AS channels, max(first_day) AS newest, max(lost) AS lost
    FROM incidents
    WHERE last_day IS NULL AND app_key <> $all_apps
    GROUP BY app_key
), counted AS (
    SELECT app_key, sum(records) AS records
    FROM outcome_daily
    WHERE day = $day
    GROUP BY app_key
    -- An app that exceeds the limit alone must not prevent the files of all apps after it.
    HAVING sum(records) <= $most_read
), ranked AS (
    SELECT app_key, channels, row_number() OVER places AS place, sum(records) OVER places AS read
    FROM subjects
    JOIN counted USING (app_key)
    WINDOW places AS (ORDER BY newest DESC, lost DESC, app_key)
)
SELECT app_key, channels
FROM ranked
WHERE place <= $most AND read <= $most_read
ORDER BY place
