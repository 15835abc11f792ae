-- app_key or '*', window_days, step, channel, vendor, result_code, outcome, code_place: records that did not succeed,
-- over the window and the one before. Step `authorization`: requests of the four channels that were not authorized;
-- step `verification`: verification requests without a result. `code_place` is the code's row in the dictionary, NULL
-- where the record had no code or the dictionary lacks it.
WITH of_apps AS (
    SELECT
        app_key,
        channel,
        stage,
        vendor,
        CASE platform WHEN 'ipad' THEN 'ios' ELSE platform END AS platform,
        result_code,
        outcome,
        sum(records) FILTER (day > $last::DATE - 7) AS records_7,
        sum(records) FILTER (day BETWEEN $last::DATE - 13 AND $last::DATE - 7) AS previous_records_7,
        sum(records) FILTER (day > $last::DATE - 30) AS records_30,
        sum(records) FILTER (day <= $last::DATE - 30) AS previous_records_30
    FROM outcome_daily
    WHERE day BETWEEN $last::DATE - 59 AND $last AND outcome <> 'success' AND stage IN ('authorize', 'verify', 'login')
    GROUP BY ALL
), everybody AS (
    SELECT * FROM of_apps
    UNION ALL
    SELECT
        '*', channel, stage, vendor, platform, result_code, outcome,
        sum(records_7), sum(previous_records_7), sum(records_30), sum(previous_records_30)
    FROM of_apps
    GROUP BY ALL
), steps AS (
    SELECT 'authorization' AS step, * FROM everybody
    WHERE stage IN ('authorize', 'login') AND channel IN ('one_click', 'wechat', 'qq', 'weibo')
    UNION ALL
    SELECT 'verification', * FROM everybody
    WHERE stage IN ('verify', 'login') AND channel IN ('one_click', 'local_verify') AND outcome <> 'mismatch'
), windows AS (
    SELECT
        * EXCLUDE (records_7, previous_records_7, records_30, previous_records_30),
        CASE
            WHEN channel IN ('wechat', 'qq', 'weibo') THEN 'oauth'
            WHEN stage IN ('verify', 'login') THEN 'server'
            ELSE 'sdk'
        END AS layer,
        window_days,
        coalesce(CASE window_days WHEN 7 THEN records_7 ELSE records_30 END, 0) AS records,
        coalesce(CASE window_days WHEN 7 THEN previous_records_7 ELSE previous_records_30 END, 0) AS previous_records
    FROM steps, unnest([7, 30]) AS lengths(window_days)
)
SELECT
    app_key,
    window_days,
    step,
    windows.channel,
    windows.vendor,
    windows.result_code,
    windows.outcome,
    coalesce(exact_code.place, any_code.place) AS code_place,
    sum(records)::BIGINT AS records,
    sum(previous_records)::BIGINT AS previous_records
FROM windows
LEFT JOIN codes AS exact_code
    ON exact_code.vendor = windows.vendor AND exact_code.layer = windows.layer AND exact_code.code = windows.result_code
    AND exact_code.platform = windows.platform
LEFT JOIN codes AS any_code
    ON any_code.vendor = windows.vendor AND any_code.layer = windows.layer AND any_code.code = windows.result_code
    AND any_code.platform = '*'
WHERE records > 0 OR previous_records > 0
GROUP BY ALL
ORDER BY ALL
