-- grain: stored record with an id that is needed, of any app: a copy in another app can be the one that counts.
SELECT events.*, fits FROM events JOIN needed_ids USING (day, event_id)
