-- grain: day: the accepted records, the counted ones, the unmapped ones among these, and the records in outcome_daily.
SELECT
    day,
    coalesce(accepted, 0)::BIGINT AS accepted,
    coalesce(counted, 0)::BIGINT AS counted,
    coalesce(unmapped, 0)::BIGINT AS unmapped,
    coalesce(in_outcomes, 0)::BIGINT AS in_outcomes
FROM batch_days
LEFT JOIN (SELECT day, sum(records) AS accepted FROM delivered_apps GROUP BY ALL) USING (day)
LEFT JOIN (SELECT day, sum(records) AS counted FROM record_groups GROUP BY ALL) USING (day)
LEFT JOIN (SELECT day, sum(records) AS unmapped FROM counts WHERE is_unmapped GROUP BY ALL) USING (day)
LEFT JOIN (SELECT day, sum(records) AS in_outcomes FROM outcome_daily GROUP BY ALL) USING (day)
ORDER BY day
