-- grain: incident_id in the given notes that no incident has or had. Notes from before the first published day are left
-- out, and notes from before $since: retention may have removed their incidents
SELECT DISTINCT named.incident_id
FROM (SELECT unnest($ids) AS incident_id, unnest($days) AS day) AS named
WHERE
    named.day >= (SELECT max(first_day) FROM publication)
    AND named.day >= $since::DATE
    AND named.incident_id NOT IN (
        SELECT incident_id FROM incidents
        UNION ALL
        SELECT incident_id FROM withdrawn_incidents
    )
ORDER BY named.incident_id
