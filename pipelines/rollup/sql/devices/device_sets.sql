-- grain: day_number, set of channels, range of devices: the devices that answered in exactly these channels, in any
-- app, and how many of them answered once.
SELECT day_number, channels, count(*) AS devices, count(*) FILTER (answers = 1) AS lone_devices
FROM (
    SELECT day_number_of(app) AS day_number, bit_or(channels) AS channels, sum(answers) AS answers
    FROM answering_devices
    GROUP BY day_number_of(app), device_high, device_low
)
GROUP BY ALL
