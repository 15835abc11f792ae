-- One row per stored record of an app: its fields, phones and devices as hashes and masks, times in UTC. Repeats
-- included.
SELECT
    event_id,
    strftime(event_time, '%Y-%m-%dT%H:%M:%S.%gZ') AS event_time,
    day,
    app_key,
    channel,
    stage,
    outcome,
    result_code,
    vendor,
    platform,
    carrier_of(carrier) AS carrier,
    scheme_id,
    package_name,
    hash_text(device_high, device_low) AS device_hash,
    hash_text(phone_high, phone_low) AS phone_hash,
    phone_mask,
    latency_ms,
    sdk_version,
    os_version,
    attempt_id,
    account_id
FROM events
WHERE app_key = $app_key AND day BETWEEN $first AND $last
ORDER BY ALL NULLS FIRST
