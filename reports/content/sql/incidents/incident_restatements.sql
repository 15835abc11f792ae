-- One row per incident: number of its days on which figures of its app were changed after publication; for an incident
-- of all apps together (`*`), figures of any app.
SELECT incident_id, count(DISTINCT day) AS days
FROM incidents
JOIN (SELECT DISTINCT day, app_key FROM restatements WHERE is_figure(metric)) AS changed
    ON day BETWEEN first_day AND coalesce(last_day, $last) AND incidents.app_key IN (changed.app_key, '*')
GROUP BY incident_id
ORDER BY incident_id
