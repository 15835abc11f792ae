-- app_key or '*': the counts of usage by day of the 30 days, oldest first; NULL on a day without data
WITH subject_days AS (
    SELECT
        subjects.app_key,
        days.day,
        days.has_data,
        usage.* EXCLUDE (app_key, day)
    FROM subjects
    CROSS JOIN days
    LEFT JOIN (
        SELECT
            app_key,
            day,
            number_verifications,
            one_click_verifications,
            local_verifications,
            third_party_authorizations,
            billable_verifications
        FROM usage_daily
        WHERE day BETWEEN $first AND $last
        UNION ALL
        SELECT
            '*',
            day,
            sum(number_verifications)::BIGINT AS number_verifications,
            sum(one_click_verifications)::BIGINT AS one_click_verifications,
            sum(local_verifications)::BIGINT AS local_verifications,
            sum(third_party_authorizations)::BIGINT AS third_party_authorizations,
            sum(billable_verifications)::BIGINT AS billable_verifications
        FROM usage_daily
        WHERE day BETWEEN $first AND $last
        GROUP BY day
    ) AS usage ON usage.app_key = subjects.app_key AND usage.day = days.day
)
SELECT
    app_key,
    list(CASE WHEN has_data THEN coalesce(number_verifications, 0) END ORDER BY day) AS number_verifications,
    list(CASE WHEN has_data THEN coalesce(one_click_verifications, 0) END ORDER BY day) AS one_click_verifications,
    list(CASE WHEN has_data THEN coalesce(local_verifications, 0) END ORDER BY day) AS local_verifications,
    list(CASE WHEN has_data THEN coalesce(third_party_authorizations, 0) END ORDER BY day) AS third_party_authorizations,
    list(CASE WHEN has_data THEN coalesce(billable_verifications, 0) END ORDER BY day) AS billable_verifications
FROM subject_days
GROUP BY app_key
ORDER BY app_key
