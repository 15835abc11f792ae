-- One row per kind of key (device or phone) and class of requests a day: number of keys, requests and uses over the
-- last 30 days.
SELECT key, requests_class, sum(keys)::BIGINT AS keys, sum(requests)::BIGINT AS requests, sum(uses)::BIGINT AS uses
FROM repeat_daily
WHERE day BETWEEN $first AND $last
GROUP BY key, requests_class
ORDER BY key, list_position(['1', '2', '3', '4', '5', '6-10', '11-20', '21-50', '51+'], requests_class)
