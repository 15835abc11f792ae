-- grain: sign-in record of a session: `session` numbers the sessions of a subject; a row with `is_alone` represents
-- `subjects` subjects with one record each.
SELECT app, high, low, session, false AS is_alone, 1::BIGINT AS subjects, moment, platform, carrier, scheme, sdk FROM cut_records
UNION ALL
SELECT app, high, low, 0, false, 1, moment, platform, carrier, scheme, sdk
FROM subject_records
SEMI JOIN (FROM repeated_subjects WHERE NOT is_ordered) USING (app, high, low)
UNION ALL
SELECT app, NULL, NULL, 0, true, subjects, moment, platform, carrier, scheme, sdk FROM alone_groups
