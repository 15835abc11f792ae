-- grain: incident_id that one of the notes given names, and no incident has or had; notes of days before the first published one are left out, as their incidents may be gone with those days
SELECT DISTINCT named.incident_id
FROM (SELECT unnest($ids) AS incident_id, unnest($days) AS day) AS named
WHERE
    named.day >= (SELECT max(first_day) FROM publication)
    AND named.incident_id NOT IN (
        SELECT incident_id FROM incidents
        UNION ALL
        SELECT incident_id FROM withdrawn_incidents
    )
ORDER BY named.incident_id
