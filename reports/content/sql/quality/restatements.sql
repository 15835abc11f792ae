-- One row per restated figure: the figure before and now, and the cause. The newest day comes first. Each day in $days
-- has at most $most rows, and one more if there are more. If $days is NULL, the first $limit rows of all days are
-- returned.
SELECT
    day,
    app_key,
    coalesce(apps.app_name, app_key) AS app_name,
    -- Here `*` means all channels of an app, over which devices are counted; in other queries it means the four.
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
