-- One row per restated figure, newest day first: for each day in $days the first $most and one more, which shows that
-- there are more; if $days is NULL, $limit rows of all days.
SELECT
    day,
    app_key,
    coalesce(apps.app_name, app_key) AS app_name,
    -- Devices are counted over all channels of an app, not only over the four of the trends.
    CASE channel WHEN '*' THEN 'all_channels' ELSE channel END AS channel,
    metric,
    published_before,
    published_now,
    cause
FROM restatements
LEFT JOIN apps USING (app_key)
WHERE $days IS NULL OR day IN (SELECT unnest($days::DATE[]))
QUALIFY $days IS NULL OR row_number() OVER (
    PARTITION BY day ORDER BY app_key, restatements.channel NULLS FIRST, metric, run DESC
) <= $most + 1
ORDER BY day DESC, app_key, restatements.channel NULLS FIRST, metric, run DESC
LIMIT CASE WHEN $days IS NULL THEN $limit END
