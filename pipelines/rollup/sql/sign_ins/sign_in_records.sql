-- grain: counted sign-in record of the day, as numbers. `high` and `low` are its device; `attempt`, `scheme` and `sdk`
-- are hashes of texts, equal in all workers of a roll-up. Among a million texts, a collision has a probability
-- below 10^-7.
SELECT
    app,
    device_high AS high,
    device_low AS low,
    moment_of(day, event_time, words) AS moment,
    platform_number AS platform,
    carrier_number AS carrier,
    CASE WHEN scheme_id IS NOT NULL THEN hash(scheme_id) END AS scheme,
    CASE WHEN sdk_version IS NOT NULL THEN hash(sdk_version) END AS sdk,
    event_id,
    CASE WHEN attempt_id IS NOT NULL THEN hash(attempt_id) END AS attempt,
    CASE WHEN device_low IS NULL THEN attempt_id END AS attempt_id
FROM (SELECT * FROM counted_records WHERE is_sign_in(channel, stage)) AS counted_records
JOIN app_numbers USING (day, app_key)
JOIN sign_in_kinds AS kinds
    ON kinds.channel = counted_records.channel AND kinds.stage = counted_records.stage
    AND logged_outcome IS NOT DISTINCT FROM counted_records.outcome
    AND kinds.result_code IS NOT DISTINCT FROM counted_records.result_code
    AND logged_vendor IS NOT DISTINCT FROM counted_records.vendor
    AND kinds.platform = coalesce(counted_records.platform, app_numbers.platform, 'unknown')
    AND kinds.carrier IS NOT DISTINCT FROM counted_records.carrier
