-- grain: day, app_key with a record
WITH usage AS (
    SELECT
        day,
        app_key,
        coalesce(sum(verifications) FILTER (channel = 'one_click'), 0)::BIGINT AS one_click_verifications,
        coalesce(sum(verifications) FILTER (channel = 'local_verify'), 0)::BIGINT AS local_verifications,
        coalesce(sum(authorizations) FILTER (channel = 'wechat'), 0)::BIGINT AS wechat_authorizations,
        coalesce(sum(authorizations) FILTER (channel = 'qq'), 0)::BIGINT AS qq_authorizations,
        coalesce(sum(authorizations) FILTER (channel = 'weibo'), 0)::BIGINT AS weibo_authorizations,
        sum(verification_requests)::BIGINT AS verification_requests,
        sum(billable_verifications)::BIGINT AS billable_verifications
    FROM out.channel_daily
    GROUP BY ALL
)
SELECT
    usage.day,
    usage.app_key,
    apps.app_name,
    apps.platform,
    one_click_verifications + local_verifications AS number_verifications,
    one_click_verifications,
    local_verifications,
    wechat_authorizations + qq_authorizations + weibo_authorizations AS third_party_authorizations,
    wechat_authorizations,
    qq_authorizations,
    weibo_authorizations,
    verification_requests,
    billable_verifications,
    coalesce(app_devices.devices, 0) AS devices
FROM usage
JOIN out.apps AS apps USING (app_key)
LEFT JOIN read_parquet(getvariable('app_devices_files'), hive_partitioning = false) AS app_devices USING (day, app_key)
ORDER BY day, app_key
