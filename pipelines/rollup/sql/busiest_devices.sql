-- grain: channel: the records of the device that has most of them, where it has a hundredth of the channel's; else a
-- number below a hundredth that no device exceeds. No check asks for less, and most devices need not be counted.
WITH sets AS (
    SELECT channel, device_low & 4095 AS set, count(*) AS records
    FROM numbered_records
    WHERE device_low IS NOT NULL
    GROUP BY ALL
), busy_sets AS (
    SELECT channel, set FROM sets QUALIFY records * 100 >= sum(records) OVER (PARTITION BY channel)
), counted AS (
    SELECT channel, count(*) AS records
    FROM (SELECT *, device_low & 4095 AS set FROM numbered_records)
    SEMI JOIN busy_sets USING (channel, set)
    GROUP BY channel, device_high, device_low
    UNION ALL
    SELECT channel, records FROM sets ANTI JOIN busy_sets USING (channel, set)
)
SELECT channel, max(records) AS records FROM counted GROUP BY channel
