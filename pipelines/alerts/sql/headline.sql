-- grain: one row: each headline figure of all apps on the as-of, and on the day it is compared with; NULL if a day is
-- missing
WITH usage AS (
    SELECT day, {{ sums(HEADLINE_USAGE) }}
    FROM usage_daily
    GROUP BY day
), logins AS (
    SELECT day, {{ sums(["authorizations"]) }}, {{ rate("authorization_rate", "sum({})") }} AS authorization_rate
    FROM channel_daily
    -- Totals exclude all other channels.
    WHERE is_number_channel(channel) OR is_social_channel(channel)
    GROUP BY day
), days AS (
    SELECT
        is_base,
        usage.* EXCLUDE (day),
        logins.* EXCLUDE (day),
        (records_accepted - duplicates)::BIGINT AS records,
        usual_records,
        is_short
    FROM period_days
    LEFT JOIN usage USING (day)
    LEFT JOIN logins USING (day)
    LEFT JOIN day_quality USING (day)
    WHERE period = 'day'
)
SELECT
    {{ compared(HEADLINE) }},
    now.records,
    now.usual_records,
    coalesce(now.is_short, false) AS is_short,
    (SELECT count(*) FROM day_quality WHERE {{ has_data() }}) AS days,
    (SELECT max(day) FROM day_quality WHERE {{ has_data() }}) AS newest_day
FROM days AS now
JOIN days AS base ON base.is_base
WHERE NOT now.is_base
