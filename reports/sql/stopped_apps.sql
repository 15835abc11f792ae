-- app_key: apps that logged on every day with data of the seven before the data day, with `usual` records a day, and
-- not at all on the data day; the largest first
WITH records_by_day AS (
    SELECT app_key, day, sum(records) AS records
    FROM outcome_daily
    WHERE day BETWEEN $last::DATE - 7 AND $last
    GROUP BY app_key, day
), known_days AS (
    SELECT count(*) AS days FROM day_quality
    WHERE day BETWEEN $last::DATE - 7 AND $last::DATE - 1 AND day_state = 'complete'
)
SELECT app_key, round(avg(records))::BIGINT AS usual
FROM records_by_day
CROSS JOIN known_days
GROUP BY app_key, days
HAVING max(day) < $last AND count(*) = days AND days >= 3 AND usual >= 10
    -- A day without any data says nothing about one app.
    AND (SELECT day_state FROM day_quality WHERE day = $last) = 'complete'
ORDER BY usual DESC, app_key
