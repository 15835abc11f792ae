-- app_key: every app that is registered or logged, with the number of its schemes
SELECT
    apps.app_key,
    coalesce(apps.app_name, apps.app_key) AS app_name,
    coalesce(apps.platform, 'unknown') AS platform,
    CASE WHEN apps.is_registered THEN coalesce(apps.status, 'disabled') ELSE 'unregistered' END AS status,
    apps.account_id,
    count(DISTINCT schemes.scheme_id) AS schemes
FROM apps
LEFT JOIN schemes USING (app_key)
GROUP BY ALL
ORDER BY app_key
