-- restated figure: newest day first
SELECT
    day,
    app_key,
    -- Devices of an app over all of its channels, which are more than the four of the trends.
    CASE channel WHEN '*' THEN 'all_channels' ELSE channel END AS channel,
    metric,
    published_before,
    published_now,
    cause
FROM restatements
ORDER BY day DESC, app_key, restatements.channel NULLS FIRST, metric, run DESC
LIMIT $limit
