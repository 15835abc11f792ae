-- grain: app and the values of a record that is the only one of its subject, which is the commonest case; `subjects`
-- counts the subjects. Besides the words of the record, `moment` keeps only whether the record is so close to the end
-- of the day that its session may continue on the next day.
SELECT
    app,
    CASE WHEN moment_epoch_ms(moment, day) >= end_quarter * 900000 - $session_ms
        THEN moment_of(day, make_timestamp_ms(end_quarter * 900000), said_in(moment))
        ELSE said_in(moment)
    END AS moment,
    platform,
    carrier,
    scheme,
    sdk,
    count(*) AS subjects
FROM subject_records
ANTI JOIN repeated_subjects USING (app, high, low)
JOIN batch_days ON day_number = day_number_of(app)
GROUP BY ALL
