-- field: optional fields that broke their rule and became null, over all files
SELECT field, CAST(sum(records) AS BIGINT) AS records, count(*) AS files
FROM nulled_fields
GROUP BY field
ORDER BY records DESC, field
