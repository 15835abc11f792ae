-- grain: day, app_key, channel, platform, scheme_id, package_name, carrier
SELECT
    day,
    app_key,
    channel,
    platform,
    scheme_id,
    package_name,
    carrier,
    sum(authorization_requests)::BIGINT AS authorization_requests,
    sum(authorizations)::BIGINT AS authorizations,
    sum(authorizations_cancelled)::BIGINT AS authorizations_cancelled,
    sum(authorizations_failed)::BIGINT AS authorizations_failed,
    sum(verification_requests)::BIGINT AS verification_requests,
    sum(verifications)::BIGINT AS verifications,
    sum(mismatches)::BIGINT AS mismatches,
    sum(unknowns)::BIGINT AS unknowns,
    sum(billable_verifications)::BIGINT AS billable_verifications
FROM counts
GROUP BY ALL
ORDER BY day, app_key, channel, platform, scheme_id NULLS FIRST, package_name NULLS FIRST, carrier
