-- One row per app or `*`, window, step, channel, vendor, code and outcome: records that did not succeed, over the
-- window, its matched days and their counterparts in the window before. Step `authorization` has requests of the four
-- channels that were not authorized, step `verification` verification requests without a result. `code_place` is the
-- code's index in the dictionary; NULL without a code, or if the dictionary lacks it.
WITH counted AS (
    SELECT app_key, place, channel, stage, vendor, platform, result_code, outcome, {{ sums(["records"]) }}
    FROM outcome_daily
    JOIN day_places USING (day)
    WHERE outcome <> 'success' AND stage IN ('authorize', 'verify', 'login')
    GROUP BY ALL
), windows AS (
    SELECT
        coalesce(app_key, '*') AS app_key,
        window_days,
        channel,
        stage,
        vendor,
        code_platform(platform) AS platform,
        result_code,
        outcome,
        {{ spans(["records"]) }}
    FROM counted
    JOIN place_windows USING (place)
    GROUP BY
        window_days, channel, stage, vendor, code_platform(platform), result_code, outcome, GROUPING SETS ((app_key), ())
), steps AS (
    SELECT 'authorization' AS step, * FROM windows
    WHERE stage IN ('authorize', 'login') AND is_login_channel(channel)
    UNION ALL
    SELECT 'verification', * FROM windows
    WHERE stage IN ('verify', 'login') AND is_number_channel(channel) AND outcome <> 'mismatch'
)
SELECT
    app_key,
    window_days,
    step,
    steps.channel,
    steps.vendor,
    steps.result_code,
    steps.outcome,
    coalesce(exact_code.place, any_code.place) AS code_place,
    {{ sums(span_names(["records"])) }}
FROM steps
LEFT JOIN code_places AS exact_code
    ON exact_code.vendor = steps.vendor AND exact_code.layer = layer_of(steps.channel, steps.stage)
    AND exact_code.code = steps.result_code AND exact_code.platform = steps.platform
LEFT JOIN code_places AS any_code
    ON any_code.vendor = steps.vendor AND any_code.layer = layer_of(steps.channel, steps.stage)
    AND any_code.code = steps.result_code AND any_code.platform = '*'
WHERE records > 0 OR counterpart_records > 0
GROUP BY ALL
ORDER BY ALL
