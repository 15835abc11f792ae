-- vendor, layer, platform, code: records that were counted as error because the dictionary lacks their code,
-- $first to $last; the rule of look-up is that of the roll-up
WITH coded AS (
    SELECT
        vendor,
        CASE
            WHEN channel IN ('wechat', 'qq', 'weibo') THEN 'oauth'
            WHEN stage IN ('verify', 'login') THEN 'server'
            ELSE 'sdk'
        END AS layer,
        CASE platform WHEN 'ipad' THEN 'ios' ELSE platform END AS platform,
        stage,
        result_code,
        records
    FROM outcome_daily
    WHERE outcome = 'error' AND result_code IS NOT NULL AND day BETWEEN $first AND $last
)

SELECT
    coded.vendor,
    coded.layer,
    coded.platform,
    coded.result_code,
    CAST(sum(coded.records) AS BIGINT) AS records
FROM coded
LEFT JOIN result_codes AS exact
    ON
        exact.vendor = coded.vendor
        AND exact.layer = coded.layer
        AND exact.platform = coded.platform
        AND exact.code = coded.result_code
LEFT JOIN result_codes AS every
    ON
        every.vendor = coded.vendor
        AND every.layer = coded.layer
        AND every.platform = '*'
        AND every.code = coded.result_code
WHERE
    CASE WHEN exact.code IS NOT NULL THEN exact.outcome ELSE every.outcome END IS NULL
    AND CASE WHEN exact.code IS NOT NULL THEN exact.stage ELSE every.stage END IS DISTINCT FROM coded.stage
GROUP BY ALL
ORDER BY records DESC, vendor, layer, platform, result_code
LIMIT $limit
