-- One row per app, `shortest`, entry_channel, platform, carrier, sdk_version and scheme_id: sign-in sessions by way.
SELECT
    app_key, shortest, entry_channel, platform, carrier, sdk_version, scheme_id,
    {{ sums(("sessions",) + WAYS) }}
FROM session_daily
JOIN day_windows USING (day)
GROUP BY app_key, shortest, entry_channel, platform, carrier, sdk_version, scheme_id
ORDER BY app_key
