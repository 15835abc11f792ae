-- grain: channel, set of devices: its records, and of a set with a hundredth of the channel's those of its busiest device.
-- No check asks for a device with less, and most devices need not be counted.
WITH sets AS (
    SELECT channel, device_low & 4095 AS set, sum(records)::BIGINT AS records FROM device_records GROUP BY ALL
), busy AS (
    SELECT channel, set FROM sets QUALIFY records * 100 >= sum(records) OVER (PARTITION BY channel)
), devices AS (
    SELECT channel, set, sum(records)::BIGINT AS records
    FROM (SELECT *, device_low & 4095 AS set FROM device_records)
    SEMI JOIN busy USING (channel, set)
    GROUP BY channel, set, device_high, device_low
), busiest AS (
    SELECT channel, set, max(records) AS of_busiest FROM devices GROUP BY ALL
)
SELECT channel, set, records, of_busiest FROM sets LEFT JOIN busiest USING (channel, set)
