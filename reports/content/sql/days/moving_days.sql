-- One row per app, channel and day with data: `successes` are authorizations, or verifications in channels without
-- authorization; `tried` are the requests, of authorizations without those that users cancelled. `is_calm` is false on
-- holidays, and on days with an incident of the app and channel. Only the $movers_among pairs of app and channel with
-- the largest counts have rows. A pair has a row for each day from $first_moving to $last_moving, except before its
-- first record.
WITH counted AS (
    FROM channel_daily
    WHERE day BETWEEN $first_moving AND $last_moving
), subjects AS (
    SELECT
        app_key,
        channel,
        min(day) AS first_seen,
        (is_login_channel(channel) OR NOT is_number_channel(channel)) AND sum(authorization_requests) > 0 AS is_authorized
    FROM counted
    GROUP BY app_key, channel
    -- A count that is small on all days cannot move much.
    ORDER BY greatest(max(authorizations), max(verifications)) DESC, app_key, channel
    LIMIT $movers_among
), incident_days AS (
    SELECT DISTINCT
        subjects.app_key,
        subjects.channel,
        unnest(generate_series(first_day, coalesce(last_day, $last::DATE), INTERVAL 1 DAY))::DATE AS day
    FROM subjects
    JOIN incidents ON subjects.app_key = incidents.app_key AND incidents.channel IN (subjects.channel, '*')
    WHERE kind <> 'further' AND metric <> '{{ SIGN_IN }}'
)
SELECT
    app_key,
    channel,
    day_quality.day,
    is_authorized,
    coalesce(if(is_authorized, authorizations, verifications), 0) AS successes,
    coalesce(if(is_authorized, {{ denominator(TECHNICAL) }}, verification_requests), 0) AS tried,
    incident_days.day IS NULL AND NOT is_holiday AS is_calm,
    is_holiday
FROM subjects
JOIN day_quality ON day_quality.day BETWEEN first_seen AND $last_moving AND {{ has_data() }}
LEFT JOIN counted USING (app_key, channel, day)
LEFT JOIN incident_days USING (app_key, channel, day)
ORDER BY app_key, channel, day_quality.day
