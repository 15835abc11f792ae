-- grain: account with a resource package that is active or a forecast: what is left, when it runs out, by when to buy
SELECT account_id, remaining, quantity, run_out_day, buy_by
FROM resource_package_forecast
WHERE quantity > 0
ORDER BY account_id
