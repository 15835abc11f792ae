-- grain: authorize, verify or login record of the day that counts and names a device: what devices are counted by.
SELECT app, channel, device_high, device_low, 1::BIGINT AS records
FROM numbered_records
WHERE device_low IS NOT NULL
