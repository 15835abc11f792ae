-- grain: as subject_records, for subjects whose records must be ordered: `session` numbers the sessions of a subject,
-- and `moment` includes the position of the record.
WITH placed AS (
    SELECT
        * REPLACE (placed_moment(moment, row_number() OVER by_time) AS moment),
        coalesce(moment_ms(moment) - moment_ms(lag(moment) OVER by_time) > $session_ms, false) AS is_first
    FROM subject_records
    SEMI JOIN (FROM repeated_subjects WHERE is_ordered) USING (app, high, low)
    WINDOW by_time AS (PARTITION BY app, high, low ORDER BY moment_time(moment), event_id)
)
SELECT
    * EXCLUDE (is_first, event_id),
    (sum(is_first::INTEGER) OVER (PARTITION BY app, high, low ORDER BY moment))::INTEGER AS session
FROM placed
