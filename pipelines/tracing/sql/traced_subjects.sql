-- grain: app, subject of a record that fits: the first ones of all that were `found`. The columns are those of
-- repeated_subjects: the records of each subject are put in order.
SELECT app, high, low, true AS is_ordered, count(*) OVER () AS found
FROM all_subject_records
SEMI JOIN (SELECT day_number, event_id FROM traced_events JOIN batch_days USING (day) WHERE fits) AS fitting
    ON day_number = day_number_of(app) AND fitting.event_id = all_subject_records.event_id
GROUP BY app, high, low
ORDER BY day_number_of(app), min(moment_time(moment)), high, low
LIMIT $most_subjects
