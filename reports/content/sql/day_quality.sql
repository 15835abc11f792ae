-- day: every day from the first record to the as-of, newest first
SELECT day, day_state, records_accepted, duplicates, unmapped_codes, unregistered_apps, late_records, restated,
    usual_records
FROM day_quality
ORDER BY day DESC
