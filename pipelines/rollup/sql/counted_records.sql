-- grain: record of the day that counts: of an id that came more than once, one copy.
SELECT * FROM events ANTI JOIN dropped_copies USING (record_number)
