-- One row per app, `shortest`, platform, carrier, sdk_version and scheme_id: sessions with a one_click record by step.
SELECT app_key, shortest, platform, carrier, sdk_version, scheme_id, {{ sums(("sessions",) + FUNNEL) }}
FROM funnel_daily
JOIN day_windows USING (day)
GROUP BY app_key, shortest, platform, carrier, sdk_version, scheme_id
ORDER BY app_key
