-- grain: app, subject with a record that has the requested id: the first $most_subjects of each day. `found` is the
-- number of such subjects on all days. The other columns are as in repeated_subjects; `is_ordered` is true, so that the
-- records of each subject are sorted.
SELECT app, high, low, true AS is_ordered, count(*) OVER () AS found
FROM all_subject_records
SEMI JOIN (SELECT day_number, event_id FROM traced_events JOIN batch_days USING (day) WHERE fits) AS fitting
    ON day_number = day_number_of(app) AND fitting.event_id = all_subject_records.event_id
GROUP BY app, high, low
QUALIFY
    row_number() OVER (PARTITION BY day_number_of(app) ORDER BY min(moment_time(moment)), high, low) <= $most_subjects
