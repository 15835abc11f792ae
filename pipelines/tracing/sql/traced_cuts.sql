-- grain: as cut_records, of the traced subjects. Each session has a number of its own for `app`, so that what the roll-up
-- computes by app is computed by session.
SELECT
    * REPLACE (app_number(day_number_of(app), dense_rank() OVER by_session) AS app),
    day_number_of(app) AS day_number
FROM all_cut_records
WINDOW by_session AS (PARTITION BY day_number_of(app) ORDER BY high, low, session)
