-- grain: sign-in record that has a subject, which `high` and `low` are
SELECT * FROM known_records UNION ALL BY NAME SELECT * FROM found_records
