-- One row per stored record of an app with an open incident: the same columns as in `export_events.sql`. At most $most
-- of each app: failed records in a channel of its incidents come first, then other failed records, records that the
-- user ended, and the rest, each by time.
WITH placed AS (
    SELECT
        resolved.* REPLACE (given_outcome AS outcome, given_vendor AS vendor, given_platform AS platform),
        -- Priority and time as one number, so that whole rows of a large app are compared only at the limit.
        epoch_ms(event_time) + (1::BIGINT << 45) * CASE
            WHEN resolved.outcome = 'success' THEN 3
            WHEN resolved.outcome IN ('cancelled', 'switched', 'unchecked', 'mismatch') THEN 2
            WHEN list_has_any(channels, [channel, '*']) THEN 0
            ELSE 1
        END AS place
    FROM resolved_of('incident_events') AS resolved
    JOIN incident_apps USING (app_key)
), last_places AS (
    SELECT app_key, list_last(min(place, $most)) AS last_place
    FROM placed
    GROUP BY app_key
), first_records AS (
    SELECT unnest(exported_record(placed)), place
    FROM placed
    JOIN last_places USING (app_key)
    WHERE place <= last_place
)
SELECT * EXCLUDE (place)
FROM first_records
QUALIFY row_number() OVER (PARTITION BY app_key ORDER BY place, first_records) <= $most
ORDER BY app_key, place, first_records
