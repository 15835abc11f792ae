-- grain: app_key, vendor with a verification record. The account comes from the matching rule with the lowest rank.
SELECT seen.app_key, seen.vendor, arg_min(account_id, rank) AS account_id
FROM (
    SELECT app_key, vendor, unnest([app_key, '*']) AS rule_app
    FROM (SELECT DISTINCT app_key, vendor FROM verification_hours)
) AS seen
JOIN account_rules ON account_rules.app_key = rule_app AND account_rules.vendor IN (seen.vendor, '*')
GROUP BY ALL
