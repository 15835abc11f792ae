-- grain: key, counted verification record of the day with that key: the input for limits and repeats. `key_number` is
-- the position of `device`, `phone` or `app` among the keys; apps only if a limit uses that key. `moment` encodes
-- the time in milliseconds, whether the record is a use, and whether it is a success.
WITH moments AS (
    SELECT
        verification_records.*,
        channel,
        uses,
        epoch_ms(event_time) * 4 + uses * 2 + successes AS moment
    FROM verification_records
    JOIN verification_kinds USING (kind)
)
SELECT 1::UTINYINT AS key_number, app, device_high AS high, device_low AS low, channel, uses, moment, event_id
FROM moments
WHERE device_low IS NOT NULL
UNION ALL
SELECT 2, app, phone_high, phone_low, channel, uses, moment, event_id
FROM moments
WHERE phone_low IS NOT NULL
UNION ALL
SELECT 3, app, 0, 0, channel, uses, moment, event_id
FROM moments
SEMI JOIN (
    SELECT app FROM app_numbers JOIN limits ON limits.app_key IN (app_numbers.app_key, '*') WHERE key_number = 3
) USING (app)
