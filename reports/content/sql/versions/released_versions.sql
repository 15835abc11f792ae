-- One row per SDK version of $app_key that has a day of release in `releases` and is listed in the app's table of the
-- 30 days: the version and that day, by day, then most requests first.
SELECT value, released
FROM versions
JOIN releases USING (app_key, value)
WHERE app_key = $app_key AND is_short AND window_days = 30
ORDER BY released, authorization_requests DESC, value
