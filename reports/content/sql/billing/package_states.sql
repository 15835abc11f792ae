-- One row per resource package, in the order in which they are used: its columns, its first and last day.
SELECT
    resource_package_id,
    account_id,
    quantity,
    purchased_at,
    expires_at,
    (purchased_at AT TIME ZONE time_zone)::DATE AS first_day,
    ((expires_at - INTERVAL 1 MICROSECOND) AT TIME ZONE time_zone)::DATE AS last_day,
    price,
    used,
    adjusted,
    expired,
    remaining,
    state,
    missing_days,
    used_up_day,
    unused_expected,
    unused_least,
    unused_most,
    drift
FROM resource_packages
CROSS JOIN publication
ORDER BY account_id, expires_at, purchased_at, resource_package_id
