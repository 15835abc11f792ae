-- One row per vendor, layer, platform and code: records of the 30 days that were counted as error because the
-- dictionary lacks their code. `platform` is the platform under which the code is looked up.
SELECT
    vendor,
    layer_of(channel, stage) AS layer,
    code_platform(platform) AS platform,
    result_code,
    sum(records)::BIGINT AS records
FROM unmapped_codes
WHERE day BETWEEN $first AND $last
GROUP BY ALL
ORDER BY records DESC, vendor, layer, platform, result_code
LIMIT $limit
