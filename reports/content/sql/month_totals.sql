-- month, the newest first: its days up to the last closed one, those with data, and the usage of all apps together
SELECT
    month,
    any_value(window_days) AS window_days,
    any_value(days_with_data) AS days_with_data,
    sum(number_verifications)::BIGINT AS number_verifications,
    sum(one_click_verifications)::BIGINT AS one_click_verifications,
    sum(local_verifications)::BIGINT AS local_verifications,
    sum(third_party_authorizations)::BIGINT AS third_party_authorizations,
    sum(billable_verifications)::BIGINT AS billable_verifications
FROM usage_month
GROUP BY month
ORDER BY month DESC
