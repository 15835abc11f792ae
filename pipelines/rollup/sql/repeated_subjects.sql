-- grain: app, subject with more than one record. Its records must be put in order where they may be more than one session,
-- or where a stage comes twice, so that moments may be equal; elsewhere time and stage tell them apart.
SELECT
    app,
    high,
    low,
    moment_ms(max(moment)) - moment_ms(min(moment)) > $session_ms
    OR bit_count(bit_or(1::UTINYINT << moment_stage(moment))) < count(*) AS is_ordered
FROM subject_records
GROUP BY ALL
HAVING count(*) > 1
