-- One row per scheme and package that a registered app logged in the 30 days and the registry lacks: its usage.
SELECT
    packages.app_key,
    packages.scheme_id,
    packages.package_name,
    packages.verifications_30 AS verifications,
    packages.authorizations_30 AS authorizations
FROM app_packages AS packages
JOIN apps ON apps.app_key = packages.app_key AND is_registered
WHERE packages.is_logged
    AND (packages.scheme_id IS NOT NULL OR packages.package_name IS NOT NULL)
    AND NOT EXISTS (
        FROM schemes
        WHERE schemes.app_key = packages.app_key
            AND (packages.scheme_id IS NULL OR schemes.scheme_id = packages.scheme_id)
            AND (packages.package_name IS NULL OR schemes.package_name = packages.package_name)
    )
ORDER BY verifications + authorizations DESC, packages.app_key, packages.scheme_id, packages.package_name
LIMIT $limit
