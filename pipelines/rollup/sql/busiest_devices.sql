-- grain: channel, range of devices: the records of the device that has most of them.
SELECT channel, max(records) AS records
FROM (
    SELECT channel, count(*) AS records
    FROM numbered_records
    WHERE device_low BETWEEN $first_device AND $last_device
    GROUP BY channel, device_high, device_low
)
GROUP BY channel
