-- grain: copy that does not count: all but the first of the records with one id on a day, in the order of `copy_order`.
-- If copies are equal in that order, one that came in time counts. `kept_number` is the `record_number` of the record
-- that counts.
SELECT record_number, kept_number
FROM (
    SELECT record_number, row_number() OVER copies AS place, first_value(record_number) OVER copies AS kept_number
    FROM picked_records
    WINDOW copies AS (
        PARTITION BY day, event_id
        ORDER BY {{ copy_order() }}, is_late
    )
)
WHERE place > 1
