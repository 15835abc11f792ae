-- app_key or '*': the counts of usage over each period, and over the period it is compared with; NULL where no day of it
-- has data
WITH sums AS (
    SELECT
        coalesce(app_key, '*') AS app_key,
        period,
        is_base,
        sum(number_verifications)::BIGINT AS number_verifications,
        sum(one_click_verifications)::BIGINT AS one_click_verifications,
        sum(local_verifications)::BIGINT AS local_verifications,
        sum(third_party_authorizations)::BIGINT AS third_party_authorizations,
        sum(billable_verifications)::BIGINT AS billable_verifications
    FROM usage_daily
    JOIN period_days USING (day)
    GROUP BY period, is_base, GROUPING SETS ((app_key), ())
), pairs AS (
    SELECT
        app_key,
        periods.place,
        days_with_data > 0 AS has_data,
        base_days_with_data > 0 AS has_base,
        now.* EXCLUDE (app_key, period, is_base),
        base.* EXCLUDE (app_key, period, is_base) RENAME (
            number_verifications AS base_number_verifications,
            one_click_verifications AS base_one_click_verifications,
            local_verifications AS base_local_verifications,
            third_party_authorizations AS base_third_party_authorizations,
            billable_verifications AS base_billable_verifications
        )
    FROM subjects
    CROSS JOIN periods
    LEFT JOIN (SELECT * FROM sums WHERE NOT is_base) AS now USING (app_key, period)
    LEFT JOIN (SELECT * FROM sums WHERE is_base) AS base USING (app_key, period)
)
SELECT
    app_key,
    list(CASE WHEN has_data THEN coalesce(number_verifications, 0) END ORDER BY place) AS number_verifications,
    list(CASE WHEN has_data THEN coalesce(one_click_verifications, 0) END ORDER BY place) AS one_click_verifications,
    list(CASE WHEN has_data THEN coalesce(local_verifications, 0) END ORDER BY place) AS local_verifications,
    list(CASE WHEN has_data THEN coalesce(third_party_authorizations, 0) END ORDER BY place) AS third_party_authorizations,
    list(CASE WHEN has_data THEN coalesce(billable_verifications, 0) END ORDER BY place) AS billable_verifications,
    list(CASE WHEN has_base THEN coalesce(base_number_verifications, 0) END ORDER BY place)
        AS base_number_verifications,
    list(CASE WHEN has_base THEN coalesce(base_one_click_verifications, 0) END ORDER BY place)
        AS base_one_click_verifications,
    list(CASE WHEN has_base THEN coalesce(base_local_verifications, 0) END ORDER BY place) AS base_local_verifications,
    list(CASE WHEN has_base THEN coalesce(base_third_party_authorizations, 0) END ORDER BY place)
        AS base_third_party_authorizations,
    list(CASE WHEN has_base THEN coalesce(base_billable_verifications, 0) END ORDER BY place)
        AS base_billable_verifications
FROM pairs
GROUP BY app_key
ORDER BY app_key
