-- restated figure of one of $days: the first $most of each day and one more, which tells that there are more
SELECT
    day,
    app_key,
    coalesce(apps.app_name, app_key) AS app_name,
    -- Devices of an app over all of its channels, which are more than the four of the trends.
    CASE channel WHEN '*' THEN 'all_channels' ELSE channel END AS channel,
    metric,
    published_before,
    published_now,
    cause
FROM restatements
LEFT JOIN apps USING (app_key)
WHERE day IN (SELECT unnest($days::DATE[]))
QUALIFY row_number() OVER (
    PARTITION BY day ORDER BY app_key, restatements.channel NULLS FIRST, metric, run DESC
) <= $most + 1
ORDER BY day, app_key, restatements.channel NULLS FIRST, metric, run DESC
