-- One row per SDK version of $app_key: the version and its day of release, by day, then most requests first. A version
-- needs a row in `releases`, and a row of its own in the app's table of the 30 days.
SELECT value, released
FROM versions
JOIN releases USING (app_key, value)
WHERE app_key = $app_key AND is_short AND window_days = 30
ORDER BY released, authorization_requests DESC, value
