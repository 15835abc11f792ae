-- One row per stored record of an app: its fields, phones and devices as hashes and masks, times in UTC. Repeats
-- included.
SELECT unnest(exported_record(events))
FROM events
WHERE app_key = $app_key AND day BETWEEN $first AND $last
ORDER BY ALL NULLS FIRST
