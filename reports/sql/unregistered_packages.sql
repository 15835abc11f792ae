-- app_key, scheme_id, package_name: what registered apps logged in the 30 days and the registry lacks, with its usage
SELECT
    detail.app_key,
    detail.scheme_id,
    detail.package_name,
    sum(verifications)::BIGINT AS verifications,
    sum(authorizations)::BIGINT AS authorizations
FROM channel_detail_daily AS detail
JOIN apps ON apps.app_key = detail.app_key AND is_registered
WHERE day BETWEEN $first AND $last
    AND (detail.scheme_id IS NOT NULL OR detail.package_name IS NOT NULL)
    AND NOT EXISTS (
        FROM schemes
        WHERE schemes.app_key = detail.app_key
            AND (detail.scheme_id IS NULL OR schemes.scheme_id = detail.scheme_id)
            AND (detail.package_name IS NULL OR schemes.package_name = detail.package_name)
    )
GROUP BY ALL
ORDER BY sum(verifications + authorizations) DESC, detail.app_key, detail.scheme_id, detail.package_name
LIMIT $limit
