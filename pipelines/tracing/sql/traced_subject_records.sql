-- grain: as subject_records, of the traced subjects. The id of a record is kept under a second name, since cut_records drops the
-- first.
SELECT *, event_id AS traced_id FROM all_subject_records SEMI JOIN traced_subjects USING (app, high, low)
