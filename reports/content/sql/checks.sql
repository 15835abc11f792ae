-- check: results of the run that published, failed ones first
SELECT check_name, severity, passed, day, detail_zh, detail_en
FROM check_results
ORDER BY passed, severity, check_name, day NULLS FIRST, detail_en
