-- grain: sign-in record that names a device
SELECT * EXCLUDE (attempt, attempt_id) FROM sign_in_records WHERE low IS NOT NULL
