-- One row per resource package, in the order in which they are used: its columns.
SELECT
    resource_package_id,
    account_id,
    quantity,
    purchased_at,
    expires_at,
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
ORDER BY account_id, expires_at, purchased_at, resource_package_id
