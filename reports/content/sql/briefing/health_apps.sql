-- One row per app that the briefing lists: its newest day of the 30 with a record, and its first day with a record,
-- however old. Apps with an open incident come first, by loss, then the others by requests.
WITH volumes AS (
    SELECT app_key, sum(authorization_requests + verification_requests)::BIGINT AS volume, max(day) AS newest
    FROM channel_daily
    WHERE day BETWEEN $first AND $last
    GROUP BY app_key
), open_losses AS (
    SELECT app_key, max(lost) AS lost
    FROM incidents
    WHERE last_day IS NULL
    GROUP BY app_key
)
SELECT
    app_key,
    newest,
    (SELECT min(day) FROM channel_daily WHERE channel_daily.app_key = apps.app_key) AS first_seen
FROM apps
LEFT JOIN volumes USING (app_key)
LEFT JOIN open_losses USING (app_key)
ORDER BY open_losses.app_key IS NULL, lost DESC, coalesce(volume, 0) DESC, app_key
LIMIT $listed
