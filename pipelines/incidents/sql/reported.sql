-- grain: incident_id: what was reported by itself, with the run that withdrew it; NULL: none did
SELECT
    * EXCLUDE (part_of),
    NULL::BIGINT AS run
FROM incidents
WHERE part_of IS NULL
UNION ALL BY NAME
FROM withdrawn_incidents
ORDER BY incident_id
