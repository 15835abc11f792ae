-- grain: record of the day that counts: of an id that came more than once, one copy.
-- Only repeated ids need a look at their copies: most days have few of them.
SELECT * FROM events ANTI JOIN repeated_ids USING (event_id)
UNION ALL BY NAME
SELECT * FROM counted_copies
