-- grain: app_key of the day, with its records as they were delivered: copies are in them.
SELECT app_key, count(*) AS records FROM events GROUP BY app_key
