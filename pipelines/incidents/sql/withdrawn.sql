-- grain: incident_id that was reported and is none any more, with the names of its apps, the newest first
SELECT
    withdrawn.*,
    coalesce(apps.app_name, withdrawn.app_key) AS app_name,
    cause_apps.app_name AS cause_app_name,
    [] AS notes
FROM withdrawn_incidents AS withdrawn
LEFT JOIN apps USING (app_key)
LEFT JOIN apps AS cause_apps ON cause_apps.app_key = regexp_extract(withdrawn.cause, '^app_key=([^ ]+)', 1)
ORDER BY first_day DESC, incident_id
