-- grain: account with an active resource package: the uses that remain, whether they may be fewer because days have no
-- data, the day they run out, the latest day to buy
SELECT
    account_id,
    remaining,
    quantity,
    run_out_day,
    buy_by,
    account_id IN (
        SELECT account_id FROM resource_packages WHERE state = 'active' AND missing_days > 0
    ) AS is_upper_bound
FROM resource_package_forecast
WHERE quantity > 0
ORDER BY account_id
