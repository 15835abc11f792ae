-- grain: stored record of $days, of any app, with the event id of a record of the app, because another app can have the
-- copy that counts
SELECT events.* FROM events SEMI JOIN app_rows USING (day, event_id) WHERE list_contains($days::DATE[], day)
