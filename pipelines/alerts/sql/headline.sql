-- grain: one row: each headline figure of all apps on the as-of, beside the day that it is compared with; NULL where a day
-- is missing
WITH usage AS (
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
    -- Other channels are in no total.
    WHERE is_number_channel(channel) OR is_social_channel(channel)
    GROUP BY day
), days AS (
    SELECT
        is_base,
        usage.* EXCLUDE (day),
        authorizations,
        authorizations / nullif(requests, 0) AS authorization_rate,
        (records_accepted - duplicates)::BIGINT AS records,
        usual_records
    FROM period_days
    LEFT JOIN usage USING (day)
    LEFT JOIN logins USING (day)
    LEFT JOIN day_quality USING (day)
    WHERE period = 'day'
)
SELECT
    compared(now.number_verifications, base.number_verifications, false) AS number_verifications,
    compared(now.one_click_verifications, base.one_click_verifications, false) AS one_click_verifications,
    compared(now.local_verifications, base.local_verifications, false) AS local_verifications,
    compared(now.third_party_authorizations, base.third_party_authorizations, false) AS third_party_authorizations,
    compared(now.billable_verifications, base.billable_verifications, false) AS billable_verifications,
    compared(now.authorizations, base.authorizations, false) AS authorizations,
    compared(now.authorization_rate, base.authorization_rate, true) AS authorization_rate,
    now.records,
    now.usual_records
FROM days AS now
JOIN days AS base ON base.is_base
WHERE NOT now.is_base
