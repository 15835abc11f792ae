-- One row per app, sorted by name: the usage page's table. Counts are lists with a value for each period.
WITH lines AS (
    SELECT
        app_key,
        -- Counts that the sparkline shows, in 36 heights relative to its highest day. Apps without number verifications
        -- show third-party authorizations.
        CASE
            WHEN list_max(number_verifications) > 0 THEN number_verifications ELSE third_party_authorizations
        END AS counts
    FROM usage_days
), sums AS (
    SELECT app_key, {{ each(CARDS + span_names((CARDS[0], CARDS[3]))[2:], "list({} ORDER BY place)") }}
    FROM usage_periods
    GROUP BY app_key
), heights AS (
    SELECT
        app_key,
        list_transform(
            counts,
            lambda one: CASE
                WHEN one IS NULL THEN '.'
                ELSE substr('0123456789abcdefghijklmnopqrstuvwxyz', 1 + one * 35 // greatest(list_max(counts), 1), 1)
            END
        ) AS steps
    FROM lines
)
SELECT
    listed.app_name AS name,
    listed.app_key AS key,
    listed.folder,
    name_order.pinyin,
    listed.has_xlsx::INTEGER AS has_xlsx,
    array_to_string(heights.steps, '') AS sparkline,
    listed.platform,
    coalesce(listed.account_id, '') AS account,
    listed.status,
    listed.schemes,
    sums.* EXCLUDE (app_key)
FROM listed_apps AS listed
JOIN name_order USING (app_key)
JOIN sums USING (app_key)
JOIN heights USING (app_key)
ORDER BY name_order.place
