-- month, app_key: the usage of one calendar month
FROM usage_month
WHERE month = $month::DATE
ORDER BY app_key
