-- grain: app, subject with more than one record. Its records must be ordered if they may form several sessions, or if a
-- stage occurs twice, so that moments may be equal; otherwise time and stage make moments distinct.
SELECT
    app,
    high,
    low,
    moment_ms(max(moment)) - moment_ms(min(moment)) > $session_ms
    OR bit_count(bit_or(1::UTINYINT << moment_stage(moment))) < count(*) AS is_ordered
FROM subject_records
GROUP BY ALL
HAVING count(*) > 1
