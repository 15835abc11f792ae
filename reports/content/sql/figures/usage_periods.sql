-- app_key or '*': the counts of usage over each period, over its matched days and over their counterparts in what it is
-- compared with; NULL where no day of the period, or of what it is compared with, has data
WITH sums AS (
    SELECT
        coalesce(app_key, '*') AS app_key,
        period,
        is_base,
        sum(number_verifications)::BIGINT AS number_verifications,
        sum(one_click_verifications)::BIGINT AS one_click_verifications,
        sum(local_verifications)::BIGINT AS local_verifications,
        sum(third_party_authorizations)::BIGINT AS third_party_authorizations,
        sum(billable_verifications)::BIGINT AS billable_verifications,
        sum(number_verifications) FILTER (is_matched)::BIGINT AS matched_number_verifications,
        sum(one_click_verifications) FILTER (is_matched)::BIGINT AS matched_one_click_verifications,
        sum(local_verifications) FILTER (is_matched)::BIGINT AS matched_local_verifications,
        sum(third_party_authorizations) FILTER (is_matched)::BIGINT AS matched_third_party_authorizations,
        sum(billable_verifications) FILTER (is_matched)::BIGINT AS matched_billable_verifications
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
        base.matched_number_verifications AS counterpart_number_verifications,
        base.matched_one_click_verifications AS counterpart_one_click_verifications,
        base.matched_local_verifications AS counterpart_local_verifications,
        base.matched_third_party_authorizations AS counterpart_third_party_authorizations,
        base.matched_billable_verifications AS counterpart_billable_verifications
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
    list(CASE WHEN has_data THEN coalesce(third_party_authorizations, 0) END ORDER BY place)
        AS third_party_authorizations,
    list(CASE WHEN has_data THEN coalesce(billable_verifications, 0) END ORDER BY place) AS billable_verifications,
    list(CASE WHEN has_data THEN coalesce(matched_number_verifications, 0) END ORDER BY place)
        AS matched_number_verifications,
    list(CASE WHEN has_data THEN coalesce(matched_one_click_verifications, 0) END ORDER BY place)
        AS matched_one_click_verifications,
    list(CASE WHEN has_data THEN coalesce(matched_local_verifications, 0) END ORDER BY place)
        AS matched_local_verifications,
    list(CASE WHEN has_data THEN coalesce(matched_third_party_authorizations, 0) END ORDER BY place)
        AS matched_third_party_authorizations,
    list(CASE WHEN has_data THEN coalesce(matched_billable_verifications, 0) END ORDER BY place)
        AS matched_billable_verifications,
    list(CASE WHEN has_base THEN coalesce(counterpart_number_verifications, 0) END ORDER BY place)
        AS counterpart_number_verifications,
    list(CASE WHEN has_base THEN coalesce(counterpart_one_click_verifications, 0) END ORDER BY place)
        AS counterpart_one_click_verifications,
    list(CASE WHEN has_base THEN coalesce(counterpart_local_verifications, 0) END ORDER BY place)
        AS counterpart_local_verifications,
    list(CASE WHEN has_base THEN coalesce(counterpart_third_party_authorizations, 0) END ORDER BY place)
        AS counterpart_third_party_authorizations,
    list(CASE WHEN has_base THEN coalesce(counterpart_billable_verifications, 0) END ORDER BY place)
        AS counterpart_billable_verifications
FROM pairs
GROUP BY app_key
ORDER BY app_key
