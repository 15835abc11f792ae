-- One row per month and app: number of detail rows in the calendar month, and a digest of these rows and the app's
-- name.
SELECT
    date_trunc('month', detail.day)::DATE AS month,
    detail.app_key,
    count(*) AS row_count,
    sum(hash(detail, apps.app_name)) AS digest
FROM channel_detail_daily AS detail
LEFT JOIN apps USING (app_key)
WHERE detail.day BETWEEN $first_month AND $last
GROUP BY ALL
ORDER BY ALL
