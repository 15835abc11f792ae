-- grain: as record_groups, with vendor, platform and outcome resolved by registry and code dictionary.
WITH named AS (
    SELECT
        record_groups.* EXCLUDE (vendor, platform, carrier),
        carrier_of(carrier) AS carrier,
        coalesce(vendor, CASE WHEN channel IN ('wechat', 'qq', 'weibo') THEN channel ELSE 'umeng' END) AS vendor,
        coalesce(record_groups.platform, app_platforms.platform, 'unknown') AS platform,
        layer_of(channel, stage) AS layer
    FROM record_groups
    LEFT JOIN app_platforms USING (app_key)
), looked_up AS (
    SELECT
        named.*,
        -- A row for the exact platform wins over `*`.
        CASE WHEN exact_code.code IS NOT NULL THEN exact_code.outcome ELSE any_code.outcome END AS code_outcome,
        CASE WHEN exact_code.code IS NOT NULL THEN exact_code.stage ELSE any_code.stage END AS code_stage
    FROM named
    LEFT JOIN result_codes AS exact_code
        ON exact_code.vendor = named.vendor AND exact_code.layer = named.layer AND exact_code.code = named.result_code
        AND exact_code.platform = code_platform(named.platform)
    LEFT JOIN result_codes AS any_code
        ON any_code.vendor = named.vendor AND any_code.layer = named.layer AND any_code.code = named.result_code
        AND any_code.platform = '*'
), coded AS (
    SELECT
        *,
        coalesce(outcome, code_outcome, CASE WHEN code_stage = stage THEN 'success' END) AS known_outcome
    FROM looked_up
)
SELECT
    * EXCLUDE (layer, outcome, code_outcome, code_stage, known_outcome),
    coalesce(known_outcome, 'error') AS outcome,
    known_outcome IS NULL AS is_unmapped
FROM coded
