-- One row per incident of the sign-in rate: the most frequent place (channel, stage and outcome) at which sessions
-- stopped on its newest day without signing in.
WITH counted AS (
    SELECT incident_id, stops.channel, stage, outcome, {{ sums(("sessions",)) }}
    FROM incidents
    JOIN session_stops_daily AS stops ON incidents.app_key IN (stops.app_key, '*') AND coalesce(last_day, $last) = day
    WHERE metric = '{{ SIGN_IN }}'
    GROUP BY incident_id, stops.channel, stage, outcome
)
SELECT incident_id, channel, stage, outcome
FROM counted
QUALIFY row_number() OVER (PARTITION BY incident_id ORDER BY sessions DESC, channel, stage, outcome) = 1
ORDER BY incident_id
