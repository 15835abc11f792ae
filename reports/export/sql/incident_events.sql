-- One row per stored record of an app in `incident_apps`: its fields on the day of the variable `records_day`, repeats
-- included. Vendor, platform and outcome are also kept as logged, because `resolved_of` replaces them.
SELECT events.*, outcome AS given_outcome, vendor AS given_vendor, platform AS given_platform
FROM events
SEMI JOIN incident_apps USING (app_key)
WHERE day = getvariable('records_day')::DATE
