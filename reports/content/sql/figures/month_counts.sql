-- app_key or '*', channel: the 13 months up to that of the data day as lists by month, oldest first: authorizations,
-- requests, cancelled, verifications; only channels with a record then, and a list with nothing in it is empty
WITH months AS (
    SELECT unnest(generate_series($months_first::DATE, $last::DATE, INTERVAL 1 MONTH))::DATE AS month
), counted AS (
    SELECT
        coalesce(app_key, '*') AS app_key,
        channel,
        date_trunc('month', day)::DATE AS month,
        sum(authorizations)::BIGINT AS authorizations,
        sum(authorization_requests)::BIGINT AS requests,
        sum(authorizations_cancelled)::BIGINT AS cancelled,
        sum(verifications)::BIGINT AS verifications
    FROM channel_daily
    WHERE day BETWEEN $months_first AND $last
    GROUP BY channel, date_trunc('month', day)::DATE, GROUPING SETS ((app_key), ())
)
SELECT
    app_key,
    channel,
    list_transform(
        [
            list(coalesce(authorizations, 0) ORDER BY month),
            list(coalesce(requests, 0) ORDER BY month),
            list(coalesce(cancelled, 0) ORDER BY month),
            list(coalesce(verifications, 0) ORDER BY month)
        ],
        lambda one: CASE WHEN list_max(one) = 0 THEN [] ELSE one END
    ) AS lists
FROM (SELECT DISTINCT app_key, channel FROM counted) AS channels
CROSS JOIN months
LEFT JOIN counted USING (app_key, channel, month)
GROUP BY app_key, channel
ORDER BY app_key, channel
