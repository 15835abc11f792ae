-- app_key or '*', channel: the 13 months up to that of the data day, oldest first: authorizations, requests, cancelled
-- (none of local_verify), verifications (of one_click and local_verify); texts as those of the days
WITH months AS (
    SELECT unnest(generate_series($months_first::DATE, $last::DATE, INTERVAL 1 MONTH))::DATE AS month
), counted AS (
    SELECT
        coalesce(app_key, '*') AS app_key,
        channel,
        date_trunc('month', day)::DATE AS month,
        sum(authorizations) FILTER (channel <> 'local_verify')::BIGINT AS authorizations,
        sum(authorization_requests) FILTER (channel <> 'local_verify')::BIGINT AS requests,
        sum(authorizations_cancelled) FILTER (channel <> 'local_verify')::BIGINT AS cancelled,
        sum(verifications) FILTER (channel IN ('one_click', 'local_verify'))::BIGINT AS verifications
    FROM channel_daily
    WHERE day BETWEEN $months_first AND $last
    GROUP BY channel, date_trunc('month', day)::DATE, GROUPING SETS ((app_key), ())
), measured AS (
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
            lambda one: {'numbers': one, 'digits': length(to_base(list_max(one) + 1, 16))::INTEGER}
        ) AS lists
    FROM (SELECT DISTINCT app_key, channel FROM counted) AS channels
    CROSS JOIN months
    LEFT JOIN counted USING (app_key, channel, month)
    GROUP BY app_key, channel
)
SELECT
    app_key,
    channel,
    list_transform(
        lists,
        -- An odd digit more is not read.
        lambda one: CASE WHEN list_max(one.numbers) = 0 THEN '' ELSE to_base64(unhex(array_to_string(
            list_transform(one.numbers, lambda value: lpad(to_base(value + 1, 16), one.digits, '0')), ''
        ) || repeat('0', len(one.numbers) * one.digits % 2))) END
    ) AS lists
FROM measured
ORDER BY app_key, channel
