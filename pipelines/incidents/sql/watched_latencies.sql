-- grain: app_key, channel, day with enough answers: the latency's 95th percentile, and the number of answers. Only apps
-- and channels whose highest latency is far enough above their lowest one, so that it may have doubled. Text messages and
-- declared channels are not watched
WITH answers AS (
    SELECT day, app_key, channel, sum(records) AS answers
    FROM outcome_daily
    WHERE stage IN ('authorize', 'verify', 'login')
    GROUP BY ALL
)
SELECT app_key, channel, day, latency_p95_ms::DOUBLE AS latency, answers::DOUBLE AS answers
FROM channel_daily
INNER JOIN answers USING (day, app_key, channel)
WHERE latency_p95_ms IS NOT NULL AND answers >= $least AND (is_number_channel(channel) OR is_social_channel(channel))
QUALIFY
    max(latency) OVER (PARTITION BY app_key, channel)
    >= greatest(
        $times * min(latency) OVER (PARTITION BY app_key, channel),
        $above + min(latency) OVER (PARTITION BY app_key, channel)
    )
