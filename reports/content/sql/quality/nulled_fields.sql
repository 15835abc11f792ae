-- One row per optional field with invalid values, which became NULL: number of records and files.
SELECT field, CAST(sum(records) AS BIGINT) AS records, count(*) AS files
FROM nulled_fields
GROUP BY field
ORDER BY records DESC, field
