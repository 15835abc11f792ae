-- month, the newest first: its days up to the last closed one, those with data, and the usage of all apps together
SELECT
    month,
    any_value(window_days) AS window_days,
    any_value(days_with_data) AS days_with_data,
    {{ sums(HEADLINE_USAGE) }}
FROM usage_month
GROUP BY month
ORDER BY month DESC
