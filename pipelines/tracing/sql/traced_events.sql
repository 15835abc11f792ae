-- grain: stored record with a needed id, in any app, because another app can have the copy that counts. The order
-- decides among equal copies, so that a trace prints the same each time.
SELECT events.*, fits FROM events JOIN needed_ids USING (day, event_id) ORDER BY record_number
