-- app_key: apps that logged in the 30 days without being registered, with their usage
SELECT
    usage_daily.app_key,
    sum(number_verifications)::BIGINT AS number_verifications,
    sum(third_party_authorizations)::BIGINT AS third_party_authorizations
FROM usage_daily
JOIN apps USING (app_key)
WHERE NOT is_registered AND day BETWEEN $first AND $last
GROUP BY usage_daily.app_key
ORDER BY number_verifications DESC, app_key
LIMIT $limit
