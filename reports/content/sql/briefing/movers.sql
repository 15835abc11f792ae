-- One row per app: `$metric` (number verifications or third-party authorizations) on the data day and on its day of
-- comparison. The five largest gains and the five largest losses, largest move first. No rows if one of the days has no
-- data: every app would seem to have come or gone.
WITH counted AS (
    SELECT
        app_key,
        is_base,
        CASE $metric WHEN 'number_verifications' THEN number_verifications ELSE third_party_authorizations END AS count
    FROM usage_daily
    JOIN period_days USING (day)
    WHERE period = 'day' AND is_matched
), both_days AS (
    SELECT
        app_key,
        coalesce(sum(count) FILTER (NOT is_base), 0)::BIGINT AS now,
        coalesce(sum(count) FILTER (is_base), 0)::BIGINT AS base
    FROM counted
    GROUP BY app_key
)
SELECT app_key, now, base
FROM both_days
QUALIFY
    (now > base AND row_number() OVER (ORDER BY now - base DESC, app_key) <= 5)
    OR (now < base AND row_number() OVER (ORDER BY now - base, app_key) <= 5)
ORDER BY abs(now - base) DESC, app_key
