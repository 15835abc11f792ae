-- account_id: how the packages of each account stand, and when they run out
SELECT
    account_id,
    remaining,
    quantity,
    uses_28d,
    run_out_day,
    run_out_earliest,
    run_out_latest,
    buy_by,
    buy_quantity,
    factor_low,
    factor_mid,
    factor_high,
    coverage,
    coverage_checks
FROM resource_package_forecast
ORDER BY account_id
