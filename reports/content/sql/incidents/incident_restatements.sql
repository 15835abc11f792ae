-- One row per incident: number of its days whose figures, of its app or of any for `*`, were changed after publication.
SELECT incident_id, count(DISTINCT day) AS days
FROM incidents
JOIN (SELECT DISTINCT day, app_key FROM restatements WHERE is_figure(metric)) AS changed
    ON day BETWEEN first_day AND coalesce(last_day, $last) AND incidents.app_key IN (changed.app_key, '*')
GROUP BY incident_id
ORDER BY incident_id
