-- grain: incident_id, with the name of the app and the notes from the first day on, in the order of the contract
SELECT
    incidents.*,
    coalesce(apps.app_name, incidents.app_key) AS app_name,
    list_transform(
        list_sort(
            list_filter(
                (SELECT list({'day': day, 'text': text, 'app_key': app_key}) FROM notes),
                lambda note: note.day >= incidents.first_day AND note.app_key IN (incidents.app_key, '*')
            )
        ),
        lambda note: {'day': note.day, 'text': note.text}
    ) AS notes
FROM incidents
LEFT JOIN apps USING (app_key)
ORDER BY last_day IS NOT NULL, lost DESC, incident_id
