-- One row per app, sorted by name: the usage page's table. Counts are lists with a value for each period.
WITH counts AS (
    SELECT
        app_key,
        day,
        -- Apps without number verifications show third-party authorizations.
        if(max(number_verifications) OVER app > 0, number_verifications, third_party_authorizations) AS shown
    FROM usage_daily
    JOIN days USING (day)
    WHERE has_data
    WINDOW app AS (PARTITION BY app_key)
), heights AS (
    SELECT app_key, day, shown * 35 // greatest(max(shown) OVER (PARTITION BY app_key), 1) AS height FROM counts
), sparklines AS (
    -- A digit of base 36 for each of the 30 days, relative to the highest day.
    SELECT app_key, string_agg(if(has_data, lower(to_base(coalesce(height, 0), 36)), '.'), '' ORDER BY day) AS sparkline
    FROM listed_apps
    CROSS JOIN days
    LEFT JOIN heights USING (app_key, day)
    GROUP BY app_key
), sums AS (
    SELECT app_key, {{ each(CARDS + span_names((CARDS[0], CARDS[3]))[2:], "list({} ORDER BY place)") }}
    FROM usage_periods
    GROUP BY app_key
)
SELECT
    listed.app_name AS name,
    listed.app_key AS key,
    listed.folder,
    name_order.pinyin,
    listed.has_xlsx::INTEGER AS has_xlsx,
    sparklines.sparkline,
    listed.platform,
    coalesce(listed.account_id, '') AS account,
    listed.status,
    listed.schemes,
    sums.* EXCLUDE (app_key)
FROM listed_apps AS listed
JOIN name_order USING (app_key)
JOIN sums USING (app_key)
JOIN sparklines USING (app_key)
ORDER BY name_order.place
