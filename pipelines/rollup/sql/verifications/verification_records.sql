-- grain: counted verification record of the day, as numbers: the input for bills and limits. `duplicates` counts its
-- copies, which do not count.
SELECT
    app,
    kind,
    event_time,
    event_id,
    device_high,
    device_low,
    phone_high,
    phone_low,
    is_late,
    coalesce(duplicates, 0) AS duplicates
FROM (
    -- Filtering by these short words first lets DuckDB skip decoding the other texts and joining them.
    SELECT * FROM counted_records
    WHERE stage IN (SELECT stage FROM verification_kinds) AND channel IN (SELECT channel FROM verification_kinds)
) AS counted_records
JOIN app_numbers USING (day, app_key)
JOIN verification_kinds AS said
    ON said.channel = counted_records.channel AND said.stage = counted_records.stage
    AND said.logged_outcome IS NOT DISTINCT FROM counted_records.outcome
    AND said.result_code IS NOT DISTINCT FROM counted_records.result_code
    AND said.logged_vendor IS NOT DISTINCT FROM counted_records.vendor
    AND said.platform = coalesce(counted_records.platform, app_numbers.platform, 'unknown')
LEFT JOIN (
    SELECT kept_number AS record_number, count(*) AS duplicates FROM dropped_copies GROUP BY ALL
) USING (record_number)
