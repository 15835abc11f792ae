-- One row per calendar month, newest first: its days up to the last closed one, its days with data, and usage of all
-- apps.
SELECT
    month,
    any_value(window_days) AS window_days,
    any_value(days_with_data) AS days_with_data,
    {{ sums(HEADLINE_USAGE) }}
FROM usage_month
GROUP BY month
ORDER BY month DESC
