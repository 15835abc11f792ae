-- app_key, and '*' for all apps together: the console's four counts by day ($first to $last, oldest first; NULL on a
-- day without data) and their sums over the last 1, 7 and 30 days (NULL where no day of the window has data)
WITH days AS (
    SELECT CAST(unnest(generate_series($first, $last, INTERVAL 1 DAY)) AS DATE) AS day
),

states AS (
    SELECT days.day, coalesce(day_quality.day_state = 'complete', false) AS has_data
    FROM days
    LEFT JOIN day_quality USING (day)
),

app_days AS (
    SELECT
        apps.app_key,
        states.day,
        CASE WHEN has_data THEN coalesce(usage.number_verifications, 0) END AS number_verifications,
        CASE WHEN has_data THEN coalesce(usage.one_click_verifications, 0) END AS one_click_verifications,
        CASE WHEN has_data THEN coalesce(usage.local_verifications, 0) END AS local_verifications,
        CASE WHEN has_data THEN coalesce(usage.third_party_authorizations, 0) END AS third_party_authorizations
    FROM apps
    CROSS JOIN states
    LEFT JOIN usage_daily AS usage ON usage.app_key = apps.app_key AND usage.day = states.day
),

all_days AS (
    SELECT * FROM app_days
    UNION ALL
    SELECT
        '*' AS app_key,
        day,
        CAST(sum(number_verifications) AS BIGINT),
        CAST(sum(one_click_verifications) AS BIGINT),
        CAST(sum(local_verifications) AS BIGINT),
        CAST(sum(third_party_authorizations) AS BIGINT)
    FROM app_days
    GROUP BY day
)

SELECT
    app_key,
    list(number_verifications ORDER BY day) AS number_verifications,
    list(one_click_verifications ORDER BY day) AS one_click_verifications,
    list(local_verifications ORDER BY day) AS local_verifications,
    list(third_party_authorizations ORDER BY day) AS third_party_authorizations,
    [
        CAST(sum(number_verifications) FILTER (day = $last) AS BIGINT),
        CAST(sum(number_verifications) FILTER (day > $last - 7) AS BIGINT),
        CAST(sum(number_verifications) AS BIGINT)
    ] AS number_verifications_sums,
    [
        CAST(sum(one_click_verifications) FILTER (day = $last) AS BIGINT),
        CAST(sum(one_click_verifications) FILTER (day > $last - 7) AS BIGINT),
        CAST(sum(one_click_verifications) AS BIGINT)
    ] AS one_click_verifications_sums,
    [
        CAST(sum(local_verifications) FILTER (day = $last) AS BIGINT),
        CAST(sum(local_verifications) FILTER (day > $last - 7) AS BIGINT),
        CAST(sum(local_verifications) AS BIGINT)
    ] AS local_verifications_sums,
    [
        CAST(sum(third_party_authorizations) FILTER (day = $last) AS BIGINT),
        CAST(sum(third_party_authorizations) FILTER (day > $last - 7) AS BIGINT),
        CAST(sum(third_party_authorizations) AS BIGINT)
    ] AS third_party_authorizations_sums
FROM all_days
GROUP BY app_key
ORDER BY app_key
