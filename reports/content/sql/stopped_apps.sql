-- app_key: apps that have no record since `last_seen`, a day of the seven before the data day, and had one on every day
-- with data of the seven up to it, `usual` a day; the largest first
WITH records_by_day AS (
    SELECT app_key, day, sum(records) AS records
    FROM outcome_daily
    WHERE day BETWEEN $last::DATE - 13 AND $last
    GROUP BY app_key, day
), stopped AS (
    SELECT app_key, max(day) AS last_seen
    FROM records_by_day
    GROUP BY app_key
    HAVING last_seen BETWEEN $last::DATE - 7 AND $last::DATE - 1
), known_days AS (
    SELECT last_seen, count(*) AS days
    FROM (SELECT DISTINCT last_seen FROM stopped)
    JOIN day_quality ON day BETWEEN last_seen - 6 AND last_seen
    WHERE day_state = 'complete'
    GROUP BY last_seen
)
SELECT app_key, round(avg(records))::BIGINT AS usual, last_seen
FROM stopped
JOIN known_days USING (last_seen)
JOIN records_by_day USING (app_key)
WHERE day BETWEEN last_seen - 6 AND last_seen
    -- A day without any data says nothing about one app.
    AND (SELECT day_state FROM day_quality WHERE day = $last) = 'complete'
GROUP BY app_key, last_seen, days
HAVING count(*) = days AND days >= 3 AND usual >= 10
ORDER BY usual DESC, app_key
