-- app_key or '*', channel: where the technical success rate of the data day lies clearly below that of the seven days
-- before: by two points or more, on 200 requests or more each, and by more than four standard errors, which chance
-- alone reaches once in 30,000 comparisons; what costs the most sign-ins first
WITH counted AS (
    SELECT
        coalesce(app_key, '*') AS app_key,
        channel,
        sum(authorizations) FILTER (day = $last) AS won,
        sum(authorization_requests - authorizations_cancelled) FILTER (day = $last) AS asked,
        sum(authorizations) FILTER (day < $last) AS won_before,
        sum(authorization_requests - authorizations_cancelled) FILTER (day < $last) AS asked_before
    FROM channel_daily
    WHERE day BETWEEN $last::DATE - 7 AND $last AND channel IN ('one_click', 'wechat', 'qq', 'weibo')
    GROUP BY channel, GROUPING SETS ((app_key), ())
), rates AS (
    SELECT
        *,
        won / asked AS rate,
        won_before / asked_before AS rate_before,
        (won + won_before) / (asked + asked_before) AS pooled
    FROM counted
    WHERE asked >= 200 AND asked_before >= 200
)
SELECT app_key, channel, rate, rate_before, round((rate_before - rate) * asked)::BIGINT AS lost
FROM rates
WHERE rate_before - rate >= 0.02
    AND rate_before - rate > 4 * sqrt(pooled * (1 - pooled) * (1 / asked + 1 / asked_before))
ORDER BY app_key = '*' DESC, lost DESC, app_key, channel
