-- one row: what is published
SELECT as_of, generated_at, time_zone, first_day, is_synthetic
FROM publication
