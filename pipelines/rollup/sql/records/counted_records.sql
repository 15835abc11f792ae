-- grain: record of the day after de-duplication: one copy of each id.
SELECT * FROM events ANTI JOIN dropped_copies USING (record_number)
