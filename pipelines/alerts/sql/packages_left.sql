-- grain: account with an active resource package: the uses that remain, the day they run out, the latest day to buy
SELECT account_id, remaining, quantity, run_out_day, buy_by
FROM resource_package_forecast
WHERE quantity > 0
ORDER BY account_id
