-- grain: combination of the words of a sign-in record, as logged (the platform as resolved), with the numbers that
-- encode them.
WITH labels AS (
    SELECT * FROM resolved_of('record_labels') WHERE is_sign_in(channel, stage)
), carriers AS (
    SELECT DISTINCT
        channel,
        stage,
        outcome,
        result_code,
        vendor,
        coalesce(record_groups.platform, app_platforms.platform, 'unknown') AS platform,
        carrier
    FROM record_groups
    LEFT JOIN app_platforms USING (app_key)
)
SELECT
    labels.channel,
    labels.stage,
    logged_outcome,
    labels.result_code,
    logged_vendor,
    labels.platform,
    carrier,
    moment_words(stage_number(labels.stage), channel_number(labels.channel), outcome_number(labels.outcome)) AS words,
    platform_number(labels.platform) AS platform_number,
    carrier_number(carrier_of(carrier)) AS carrier_number
FROM labels
JOIN carriers
    ON carriers.channel = labels.channel AND carriers.stage = labels.stage
    AND carriers.outcome IS NOT DISTINCT FROM logged_outcome
    AND carriers.result_code IS NOT DISTINCT FROM labels.result_code
    AND carriers.vendor IS NOT DISTINCT FROM logged_vendor
    AND carriers.platform = labels.platform
