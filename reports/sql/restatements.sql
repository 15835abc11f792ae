-- restated figure: newest day first
SELECT
    day,
    app_key,
    channel,
    metric,
    published_before,
    published_now,
    cause
FROM restatements
ORDER BY day DESC, app_key, channel NULLS FIRST, metric, run DESC
LIMIT $limit
