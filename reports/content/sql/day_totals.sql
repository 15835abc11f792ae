-- day: the counts of usage of all apps together, from 7 days before the 30 days on; only days with data
SELECT
    day,
    sum(number_verifications)::BIGINT AS number_verifications,
    sum(one_click_verifications)::BIGINT AS one_click_verifications,
    sum(local_verifications)::BIGINT AS local_verifications,
    sum(third_party_authorizations)::BIGINT AS third_party_authorizations
FROM usage_daily
WHERE day BETWEEN $first::DATE - 7 AND $last
GROUP BY day
ORDER BY day
