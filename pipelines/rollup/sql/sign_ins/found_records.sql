-- grain: as lone_records, each with its subject: the device of its attempt, or the attempt itself
WITH attempt_devices AS (
    SELECT app, attempt, min(first_device) AS first_device
    FROM device_attempts
    SEMI JOIN (SELECT app, attempt FROM lone_records) USING (app, attempt)
    GROUP BY ALL
)
SELECT
    app,
    -- An attempt is hashed to 128 bits, as a device is: so a collision with a device is as unlikely as a collision of
    -- two devices.
    coalesce(first_device['high'], signed_half(md5_number(attempt_id) >> 64)) AS high,
    coalesce(first_device['low'], signed_half(md5_number(attempt_id) & 18446744073709551615::UHUGEINT)) AS low,
    lone_records.* EXCLUDE (app, attempt, attempt_id)
FROM lone_records
LEFT JOIN attempt_devices USING (app, attempt)
