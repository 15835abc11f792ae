-- grain: stored record with an id that is needed, of any app: a copy in another app can be the one that counts. Of equal copies
-- the order decides, so that a trace prints the same each time.
SELECT events.*, fits FROM events JOIN needed_ids USING (day, event_id) ORDER BY record_number
