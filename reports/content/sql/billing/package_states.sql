-- One row per resource package, by account in the order of use: the columns of `resource_packages`.
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
