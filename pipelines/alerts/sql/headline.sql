-- grain: the as-of and the same weekday of the week before: the headline figures of all apps, NULL where the day is missing
WITH days AS (
    SELECT as_of AS day FROM publication UNION ALL SELECT as_of - 7 FROM publication
), usage AS (
    SELECT
        day,
        sum(number_verifications)::BIGINT AS number_verifications,
        sum(one_click_verifications)::BIGINT AS one_click_verifications,
        sum(local_verifications)::BIGINT AS local_verifications,
        sum(third_party_authorizations)::BIGINT AS third_party_authorizations,
        sum(billable_verifications)::BIGINT AS billable_verifications
    FROM usage_daily
    GROUP BY day
), logins AS (
    SELECT day, sum(authorizations)::BIGINT AS authorizations, sum(authorization_requests)::BIGINT AS requests
    FROM channel_daily
    GROUP BY day
)
SELECT
    days.day,
    number_verifications,
    one_click_verifications,
    local_verifications,
    third_party_authorizations,
    billable_verifications,
    authorizations,
    authorizations / nullif(requests, 0) AS authorization_rate,
    (records_accepted - duplicates)::BIGINT AS records,
    usual_records
FROM days
LEFT JOIN usage USING (day)
LEFT JOIN logins USING (day)
LEFT JOIN day_quality USING (day)
ORDER BY days.day DESC
