-- app_key: every app that is registered or logged, with the number of its schemes; a status of its own if it is not
-- enabled and logged in the 30 days
SELECT
    apps.app_key,
    coalesce(apps.app_name, apps.app_key) AS app_name,
    coalesce(apps.platform, 'unknown') AS platform,
    CASE
        WHEN NOT apps.is_registered THEN 'unregistered'
        WHEN apps.status = 'enabled' THEN 'enabled'
        WHEN apps.app_key IN (SELECT app_key FROM channel_daily WHERE day >= $first) THEN 'disabled_active'
        ELSE 'disabled'
    END AS status,
    apps.account_id,
    count(DISTINCT schemes.scheme_id) AS schemes
FROM apps
LEFT JOIN schemes USING (app_key)
GROUP BY ALL
ORDER BY app_key
