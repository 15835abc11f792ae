-- grain: app_key, with its records and those of the day.
SELECT app_key, sum(records) AS records, sum(sum(records)) OVER () AS of_day FROM counts GROUP BY app_key
