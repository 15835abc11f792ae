-- grain: the key of the table: day, app_key, channel, stage, outcome, vendor, result_code, and the dimensions of causes
SELECT
    {{ each_of(OUTCOME_KEY, "{0}") }},
    sum(records)::BIGINT AS records
FROM counts
GROUP BY ALL
ORDER BY {{ each_of(OUTCOME_KEY, "{0} NULLS FIRST") }}
