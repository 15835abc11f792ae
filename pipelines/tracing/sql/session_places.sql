-- grain: counted sign-in record of a traced subject, with its session and its role in it. The moment identifies a
-- record within a session.
WITH ended AS (
    SELECT app, by_server, completing_moment(authorized, verified, logged_in, came_otherwise, by_server) AS completing
    FROM sessions
    JOIN session_apps USING (app)
), facts AS (
    SELECT app_key AS app, day, entry_channel, way, signed_in_by FROM session_facts
)
SELECT
    facts.day,
    traced_id AS event_id,
    app AS session_number,
    cut_records.high,
    cut_records.low,
    moment,
    entry_channel,
    way,
    signed_in_by,
    by_server,
    coalesce(moment = completing, false) AS is_completing,
    failed IS NOT NULL AND is_before(failed, completing) AS is_failure
FROM cut_records
JOIN (SELECT app, moment, failed FROM marked_records) AS marked USING (app, moment)
JOIN ended USING (app)
JOIN facts USING (app)
