-- grain: incident_id that is one, or was withdrawn by a run, with the names of its app and of the app that is its cause, and the notes from the first day on, in the order of the contract
SELECT
    incidents.*,
    coalesce(apps.app_name, incidents.app_key) AS app_name,
    cause_apps.app_name AS cause_app_name,
    coalesce(
        (
            SELECT list({'day': day, 'text': text} ORDER BY day, text, app_key)
            FROM notes
            WHERE notes.day >= incidents.first_day AND notes.app_key IN (incidents.app_key, '*')
        ),
        []
    ) AS notes
FROM (FROM incidents UNION ALL BY NAME FROM withdrawn_incidents) AS incidents
LEFT JOIN apps USING (app_key)
LEFT JOIN apps AS cause_apps ON cause_apps.app_key = regexp_extract(incidents.cause, '^app_key=([^ ]+)', 1)
ORDER BY last_day IS NOT NULL, lost DESC, incident_id
