-- grain: day, app_key: its records as they were delivered, copies included.
SELECT day, app_key, count(*) AS records FROM events GROUP BY ALL
