-- One row per app: `$metric` (number verifications or third-party authorizations) on the data day and on its day of
-- comparison. The five largest gains and the five largest losses, largest move first.
WITH counted AS (
    SELECT
        app_key,
        is_base,
        CASE $metric WHEN 'number_verifications' THEN number_verifications ELSE third_party_authorizations END AS count
    FROM usage_daily
    JOIN period_days USING (day)
    WHERE period = 'day'
), both_days AS (
    SELECT
        app_key,
        coalesce(sum(count) FILTER (NOT is_base), 0)::BIGINT AS now,
        coalesce(sum(count) FILTER (is_base), 0)::BIGINT AS base
    FROM counted
    GROUP BY app_key
    -- If one of the days has no data, every app would seem to have come or gone.
    HAVING (SELECT is_comparable FROM periods WHERE period = 'day')
), ranked AS (
    SELECT
        *,
        row_number() OVER (ORDER BY now - base DESC, app_key) AS from_top,
        row_number() OVER (ORDER BY now - base, app_key) AS from_bottom
    FROM both_days
)
SELECT app_key, now, base
FROM ranked
WHERE (from_top <= 5 AND now > base) OR (from_bottom <= 5 AND now < base)
ORDER BY abs(now - base) DESC, app_key
