-- grain: incident_id, current or withdrawn: with the names of its app and of the app that caused it, whether a note
-- acknowledges it, and the note to show. Sorted by: open ones first, acknowledged ones later,
-- the kind `further` later, the largest loss first.
WITH reported AS (
    FROM incidents
    UNION ALL BY NAME
    FROM withdrawn_incidents
), noted AS (
    -- One row for each incident and note, with the rank of the note for the incident; NULL if they do not belong
    -- together. A note that names an incident belongs to no other. Ranks 1 and 2 acknowledge: a note for all apps has
    -- rank 2 only for an incident of `*`.
    SELECT
        reported.incident_id,
        notes.day,
        notes.text,
        CASE
            WHEN notes.incident_id = reported.incident_id THEN 1
            WHEN notes.incident_id IS NOT NULL THEN NULL
            WHEN
                notes.app_key = reported.app_key
                AND notes.day >= reported.first_day - 1
                AND notes.day <= coalesce(reported.last_day, (SELECT max(as_of) FROM publication))
                THEN 2
            WHEN notes.app_key = '*' AND abs(notes.day - reported.first_day) <= 1 THEN 3
        END AS rank
    FROM reported
    CROSS JOIN notes
), known AS (
    SELECT
        incident_id,
        bool_or(rank < 3) AS is_acknowledged,
        first({'day': day, 'text': text} ORDER BY rank, day DESC, text) AS note
    FROM noted
    WHERE rank IS NOT NULL
    GROUP BY incident_id
), named AS (
    SELECT app_key, app_name, count(*) OVER (PARTITION BY app_name) > 1 AS is_shared FROM apps
)
SELECT
    reported.*,
    (SELECT max(as_of) FROM publication) AS as_of,
    coalesce(named.app_name, reported.app_key) AS app_name,
    coalesce(is_shared, false) AS is_shared,
    cause_apps.app_name AS cause_app_name,
    coalesce(known.is_acknowledged, false) AS is_acknowledged,
    known.note
FROM reported
LEFT JOIN named USING (app_key)
LEFT JOIN apps AS cause_apps ON cause_apps.app_key = regexp_extract(reported.cause, '^app_key=([^ ]+)', 1)
LEFT JOIN known USING (incident_id)
ORDER BY last_day IS NOT NULL, is_acknowledged, kind = 'further', lost DESC, incident_id
