-- grain: as cut_records, of the traced subjects. `app` is replaced by a number of the session, so that steps of the
-- roll-up that group by app group by session.
SELECT * REPLACE (app_number(day_number_of(app), dense_rank() OVER by_session) AS app), day_number_of(app) AS day_number
FROM all_cut_records
WINDOW by_session AS (PARTITION BY day_number_of(app) ORDER BY high, low, session)
