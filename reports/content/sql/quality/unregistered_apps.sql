-- One row per app that logged in the 30 days without being registered: its usage.
SELECT app_key, number_verifications, third_party_authorizations
FROM usage_30d
JOIN apps USING (app_key)
WHERE NOT is_registered
ORDER BY number_verifications DESC, app_key
LIMIT $limit
