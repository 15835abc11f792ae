-- One row per app or `*`, list, window and SDK version: login authorization over the window. `is_short` marks the short
-- list, which has at most $versions rows per app, or $whole_versions for `*`: the versions with fewest requests are
-- merged into one row with value NULL, and `merged` is their number. The list of all versions has rows only for an app
-- whose short list merges some. Versions that an incident of the 30 days names as its cause are listed first.
WITH named AS (
    -- A version may contain blanks, so its name is compared as a whole.
    SELECT DISTINCT incidents.app_key, value
    FROM incidents
    JOIN (SELECT DISTINCT value FROM version_requests) AS used
        ON contains(' & ' || cause || ' & ', ' & {{ VERSION }}=' || value || ' & ')
    WHERE contains(cause, '{{ VERSION }}=') AND coalesce(last_day, $last) >= $first
), sums AS (
    SELECT app_key, window_days, value, {{ sums(LOGINS) }}
    FROM version_requests
    JOIN period_days USING (day)
    JOIN periods USING (period)
    WHERE window_days IS NOT NULL AND NOT is_base
    GROUP BY app_key, window_days, value
), placed AS (
    SELECT
        sums.*,
        row_number() OVER (
            PARTITION BY app_key, window_days
            ORDER BY named.value IS NULL, authorization_requests DESC, sums.value
        ) AS place,
        count(*) OVER (PARTITION BY app_key, window_days) AS listed
    FROM sums
    LEFT JOIN named USING (app_key, value)
), lists AS (
    SELECT true AS is_short, CASE app_key WHEN '*' THEN $whole_versions ELSE $versions END AS most, * FROM placed
    UNION ALL
    SELECT false, listed, *
    FROM placed
    WHERE app_key <> '*'
    QUALIFY max(listed) OVER (PARTITION BY app_key) > $versions
)
SELECT
    app_key,
    is_short,
    window_days,
    CASE WHEN listed <= most OR place < most THEN lists.value END AS value,
    count(*) AS merged,
    {{ sums(LOGINS) }}
FROM lists
GROUP BY ALL
ORDER BY ALL
