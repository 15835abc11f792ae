-- Grain: day, platform, scheme_id, package_name, channel, carrier of one app; columns and order of usage_detail.csv.
SELECT
    detail.day,
    detail.app_key,
    coalesce(apps.app_name, detail.app_key) AS app_name,
    detail.platform,
    detail.scheme_id,
    detail.package_name,
    detail.channel,
    detail.carrier,
    detail.authorization_requests,
    detail.authorizations,
    detail.authorizations_cancelled,
    detail.authorizations_failed,
    detail.verification_requests,
    detail.verifications,
    detail.mismatches,
    detail.unknowns,
    detail.billable_verifications,
    detail.authorizations / nullif(detail.authorization_requests, 0) AS authorization_rate
FROM channel_detail_daily AS detail
LEFT JOIN apps ON detail.app_key = apps.app_key
WHERE detail.app_key = $app_key AND detail.day BETWEEN $first AND $last
ORDER BY
    detail.day,
    detail.platform,
    detail.scheme_id NULLS FIRST,
    detail.package_name NULLS FIRST,
    detail.channel,
    detail.carrier
