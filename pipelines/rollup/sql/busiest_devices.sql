-- grain: channel: the records of the device that has most of them, where it has a hundredth of the channel's; else a
-- number below a hundredth that no device exceeds.
SELECT channel, max(CASE WHEN is_busy THEN of_busiest ELSE records END) AS records
FROM (SELECT *, records * 100 >= sum(records) OVER (PARTITION BY channel) AS is_busy FROM busy_sets)
GROUP BY channel
