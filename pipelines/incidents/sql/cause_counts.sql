-- grain: incident_id, app_key, platform, carrier, sdk_version, vendor
SELECT
    watched.incident_id,
    outcomes.app_key,
    outcomes.platform,
    outcomes.carrier,
    outcomes.sdk_version,
    outcomes.vendor,
    coalesce(sum(records) FILTER (NOT is_now), 0)::BIGINT AS requests_before,
    coalesce(sum(records) FILTER (NOT is_now AND is_success), 0)::BIGINT AS successes_before,
    coalesce(sum(records) FILTER (is_now), 0)::BIGINT AS requests_now,
    coalesce(sum(records) FILTER (is_now AND is_success), 0)::BIGINT AS successes_now
FROM rate_outcomes AS outcomes
INNER JOIN incident_days AS watched
    ON watched.metric = outcomes.metric
    AND watched.channel = outcomes.channel
    AND watched.day = outcomes.day
    AND watched.app_key IN (outcomes.app_key, '*')
GROUP BY ALL
ORDER BY ALL
