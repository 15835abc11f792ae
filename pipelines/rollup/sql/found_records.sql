-- grain: as lone_records, each with its subject: the device of its attempt, else the attempt itself
WITH attempt_devices AS (
    SELECT app, attempt, min(first_device) AS first_device
    FROM device_attempts
    SEMI JOIN (SELECT app, attempt FROM lone_records) USING (app, attempt)
    GROUP BY ALL
)
SELECT
    app,
    -- 128 bits stand for an attempt, as for a device: that the two are equal is as unlikely as that two devices are.
    coalesce(first_device['high'], signed_half(md5_number(attempt_id) >> 64)) AS high,
    coalesce(first_device['low'], signed_half(md5_number(attempt_id) & 18446744073709551615::UHUGEINT)) AS low,
    lone_records.* EXCLUDE (app, attempt, attempt_id)
FROM lone_records
LEFT JOIN attempt_devices USING (app, attempt)
