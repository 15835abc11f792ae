-- One row per app or `*`, window, dimension and value: login authorization by platform (the four channels together) and
-- by carrier (one_click only, because answers of social platforms have no carrier), over the window, its matched days
-- and their counterparts in the window before.
WITH counted AS (
    SELECT app_key, place, is_number_channel(channel) AS has_carrier, platform, carrier, {{ sums(LOGINS) }}
    FROM channel_detail_daily
    JOIN day_places USING (day)
    WHERE is_login_channel(channel)
    GROUP BY ALL
), by_dimension AS (
    SELECT *, 'platform' AS dimension, platform AS value FROM counted
    UNION ALL
    SELECT *, 'carrier', carrier FROM counted WHERE has_carrier
)
SELECT coalesce(app_key, '*') AS app_key, window_days, dimension, value, {{ spans(LOGINS) }}
FROM by_dimension
JOIN place_windows USING (place)
GROUP BY window_days, dimension, value, GROUPING SETS ((app_key), ())
HAVING authorization_requests > 0 OR counterpart_authorization_requests > 0
ORDER BY ALL
