-- grain: sign-in record that names an attempt and no device
SELECT * EXCLUDE (high, low) FROM sign_in_records WHERE low IS NULL AND attempt IS NOT NULL
