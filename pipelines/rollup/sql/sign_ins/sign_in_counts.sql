-- grain: app: its sign-in records, and how many name neither a device nor an attempt
SELECT app, count(*) AS records, count(*) FILTER (low IS NULL AND attempt IS NULL) AS without_subject
FROM sign_in_records
GROUP BY ALL
