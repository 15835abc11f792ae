-- grain: app, device with an authorize, verify or login record, of a range of devices: the channels of these records,
-- as bits, and the number of these records.
SELECT app, device_high, device_low, bit_or(channel_bit(channel)) AS channels, sum(records) AS answers
FROM device_records
WHERE device_low BETWEEN $first_device AND $last_device
GROUP BY ALL
