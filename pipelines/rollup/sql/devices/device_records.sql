-- grain: counted authorize, verify or login record of the day that names a device: the input for counting devices.
SELECT app, channel, device_high, device_low, 1::BIGINT AS records
FROM numbered_records
WHERE device_low IS NOT NULL
