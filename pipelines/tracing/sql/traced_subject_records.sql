-- grain: as subject_records, of the traced subjects. The event id is kept as `traced_id`, because cut_records drops
-- `event_id`.
SELECT *, event_id AS traced_id FROM all_subject_records SEMI JOIN traced_subjects USING (app, high, low)
