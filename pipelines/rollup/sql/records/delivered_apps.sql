-- grain: day, app_key: the records as delivered, copies included.
SELECT day, app_key, count(*) AS records FROM events GROUP BY ALL
