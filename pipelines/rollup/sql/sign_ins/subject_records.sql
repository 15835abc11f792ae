-- grain: sign-in record with a subject, identified by `high` and `low`
SELECT * FROM known_records UNION ALL BY NAME SELECT * FROM found_records
