-- app_key or '*', window_days, sdk_version: login authorization over the window. Of more than $versions versions all but
-- those with most requests are one row: its sdk_version is NULL, and `merged` says how many they are
WITH sums AS (
    SELECT
        coalesce(app_key, '*') AS app_key,
        window_days,
        sdk_version,
        sum(authorizations)::BIGINT AS authorizations,
        sum(requests)::BIGINT AS requests,
        sum(cancelled)::BIGINT AS cancelled
    FROM version_requests
    JOIN period_days USING (day)
    JOIN periods USING (period)
    WHERE window_days IS NOT NULL AND NOT is_base
    GROUP BY window_days, sdk_version, GROUPING SETS ((app_key), ())
), placed AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY app_key, window_days ORDER BY requests DESC, sdk_version) AS place,
        count(*) OVER (PARTITION BY app_key, window_days) AS counted
    FROM sums
)
SELECT
    app_key,
    window_days,
    CASE WHEN counted <= $versions OR place < $versions THEN placed.sdk_version END AS sdk_version,
    count(*) AS merged,
    sum(authorizations)::BIGINT AS authorizations,
    sum(requests)::BIGINT AS requests,
    sum(cancelled)::BIGINT AS cancelled
FROM placed
GROUP BY ALL
ORDER BY ALL
