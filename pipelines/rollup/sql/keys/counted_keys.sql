-- grain: key_number, app, key (device, phone or app) that may occur more than once: its records, and its first and last
-- moment
SELECT
    key_number,
    app,
    high,
    low,
    count(*) AS requests,
    {{ each_of(NUMBER_CHANNELS, "count(*) FILTER (channel = '{0}') AS {0}_requests") }},
    sum(uses)::BIGINT AS uses,
    min(moment) AS first_moment,
    max(moment) AS last_moment
FROM repeated_records
GROUP BY ALL
