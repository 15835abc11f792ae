-- app_key: the apps that the briefing lists: those with an open incident, then those with most requests of the 30 days;
-- with the newest day with a record of these
WITH volumes AS (
    SELECT
        app_key,
        sum(authorization_requests + verification_requests)::BIGINT AS volume,
        max(day) AS newest
    FROM channel_daily
    WHERE day BETWEEN $first AND $last
    GROUP BY app_key
), open_losses AS (
    SELECT app_key, max(lost) AS lost
    FROM incidents
    WHERE last_day IS NULL
    GROUP BY app_key
)
SELECT app_key, newest
FROM apps
LEFT JOIN volumes USING (app_key)
LEFT JOIN open_losses USING (app_key)
ORDER BY open_losses.app_key IS NULL, lost DESC, coalesce(volume, 0) DESC, app_key
LIMIT $listed
