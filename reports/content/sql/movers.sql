-- app_key: `$metric` (number verifications, or third-party authorizations) of the data day and of the same weekday of the week before, the five apps that gained
-- most and the five that lost most; the largest move first
WITH both_days AS (
    SELECT
        app_key,
        coalesce(sum(counted) FILTER (day = $last), 0)::BIGINT AS now,
        coalesce(sum(counted) FILTER (day = $last::DATE - 7), 0)::BIGINT AS base
    FROM (
        SELECT
            app_key,
            day,
            CASE
                WHEN $metric = 'number_verifications' THEN number_verifications ELSE third_party_authorizations
            END AS counted
        FROM usage_daily
    )
    WHERE day IN ($last, $last::DATE - 7)
    GROUP BY app_key
    -- Without data on one of the days every app would seem to have come or gone.
    HAVING (SELECT count(*) FROM day_quality WHERE day IN ($last, $last::DATE - 7) AND day_state = 'complete') = 2
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
