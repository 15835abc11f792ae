-- grain: day from $first to $as_of with a row in day_quality: the counts of all apps behind the key figures
WITH usage AS (
    SELECT day, {{ sums(HEADLINE_USAGE) }}
    FROM usage_daily
    WHERE day BETWEEN $first AND $as_of
    GROUP BY day
), logins AS (
    SELECT
        day,
        sum(authorizations)::BIGINT AS authorizations,
        sum({{ denominator(TECHNICAL) }})::BIGINT AS technical_requests
    FROM channel_daily
    WHERE is_login_channel(channel) AND day BETWEEN $first AND $as_of
    GROUP BY day
)
SELECT
    day_quality.day,
    {{ has_data() }} AS is_complete,
    is_holiday,
    coalesce(authorizations, 0) AS authorizations,
    coalesce(technical_requests, 0) AS technical_requests,
    {{ each(HEADLINE_USAGE, "coalesce({}, 0)") }}
FROM day_quality
LEFT JOIN usage USING (day)
LEFT JOIN logins USING (day)
WHERE day_quality.day BETWEEN $first AND $as_of
ORDER BY day_quality.day
