-- One row per account with a console reading: number of readings, time of the newest, and the largest adjustment of a
-- day as a share of its package, rounded up to a thousandth. The newest reading also counts by itself, because two
-- readings of a day can cancel out.
WITH adjusted AS (
    SELECT resource_package_id, max(abs(adjusted)) AS most
    FROM resource_package_daily
    GROUP BY resource_package_id
), read AS (
    SELECT resource_package_id, count(*) AS readings, max(read_at) AS newest
    FROM resource_package_readings
    WHERE read_at < $end
    GROUP BY resource_package_id
)
SELECT
    account_id,
    sum(readings)::BIGINT AS readings,
    max(newest) AS newest,
    ceil(1000 * max(greatest(coalesce(most, 0), abs(coalesce(drift, 0))) / quantity)) / 1000 AS most_off
FROM read
JOIN resource_packages USING (resource_package_id)
LEFT JOIN adjusted USING (resource_package_id)
GROUP BY account_id
ORDER BY account_id
