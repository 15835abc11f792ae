-- grain: day, app_key, key, requests_class: the devices and the phones of the day, by their verification records
SELECT
    day,
    app_key,
    (['device', 'phone'])[key_number] AS key,
    requests_class,
    sum(keys)::BIGINT AS keys,
    sum(requests)::BIGINT AS requests,
    sum(uses)::BIGINT AS uses
FROM key_classes
JOIN app_numbers USING (app)
WHERE key_number < 3
GROUP BY ALL
ORDER BY day, app_key, key, requests_class
