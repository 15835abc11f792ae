-- grain: key_number, app, requests_class: the keys with so many records in the day, with their records and uses
SELECT
    key_number,
    app,
    CASE
        WHEN requests <= 5 THEN requests::VARCHAR
        WHEN requests <= 10 THEN '6-10'
        WHEN requests <= 20 THEN '11-20'
        WHEN requests <= 50 THEN '21-50'
        ELSE '51+'
    END AS requests_class,
    sum(keys)::BIGINT AS keys,
    sum(requests * keys)::BIGINT AS requests,
    sum(uses)::BIGINT AS uses
FROM (
    SELECT key_number, app, 1 AS requests, keys, uses FROM single_keys
    UNION ALL
    SELECT key_number, app, requests, 1, uses FROM counted_keys
)
GROUP BY ALL
