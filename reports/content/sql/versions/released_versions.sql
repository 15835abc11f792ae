-- One row per SDK version of $app_key: its first day in `releases`, if the table of the 30 days lists it; within a day
-- most requests first.
SELECT value, released
FROM versions
JOIN releases USING (app_key, value)
WHERE app_key = $app_key AND is_short AND window_days = 30
ORDER BY released, authorization_requests DESC, value
