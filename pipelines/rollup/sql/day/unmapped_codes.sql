-- grain: day, channel, stage, vendor, platform, result_code that the dictionary lacks
SELECT day, channel, stage, vendor, platform, result_code, sum(records)::BIGINT AS records
FROM counts
WHERE is_unmapped
GROUP BY ALL
ORDER BY ALL
