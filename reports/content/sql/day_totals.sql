-- day of the 30 days: the counts of usage of all apps together, then those of the day that it is compared with; NULL
-- without data
WITH totals AS (
    SELECT
        day,
        sum(number_verifications)::BIGINT AS number_verifications,
        sum(one_click_verifications)::BIGINT AS one_click_verifications,
        sum(local_verifications)::BIGINT AS local_verifications,
        sum(third_party_authorizations)::BIGINT AS third_party_authorizations
    FROM usage_daily
    WHERE day BETWEEN week_before($first::DATE) AND $last
    GROUP BY day
)
SELECT days.day, totals.* EXCLUDE (day), base.* EXCLUDE (day)
FROM (SELECT day FROM period_days WHERE period = '30' AND NOT is_base) AS days
LEFT JOIN totals USING (day)
LEFT JOIN totals AS base ON base.day = week_before(days.day)
ORDER BY days.day
