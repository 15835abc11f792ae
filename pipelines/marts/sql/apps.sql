-- grain: app_key that is registered or has a record
WITH seen AS (
    SELECT DISTINCT app_key FROM out.channel_daily
)
SELECT
    app_key,
    coalesce(registered.app_name, app_key) AS app_name,
    coalesce(registered.platform, 'unknown') AS platform,
    registered.account_id,
    registered.created_at,
    registered.status,
    registered.app_key IS NOT NULL AS is_registered
FROM seen
FULL JOIN registered_apps AS registered USING (app_key)
ORDER BY app_key
