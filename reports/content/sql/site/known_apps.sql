-- One row per registered or logged app: its registry columns and number of schemes. Apps that are not enabled but
-- logged in the 30 days have the status `disabled_active`.
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
