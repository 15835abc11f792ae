-- app_key or '*', channel: where the technical success rate of the data day lies clearly below that of the seven days
-- before, or still below that of the three weeks before those: by two points or more, on 200 requests or more each, and
-- by more than four standard errors, which chance alone reaches once in 30,000 comparisons; `is_lasting` where only the
-- longer look back tells it; what costs the most sign-ins first, the new falls before the lasting ones
WITH counted AS (
    SELECT
        coalesce(app_key, '*') AS app_key,
        channel,
        CASE WHEN day = $last THEN 'now' WHEN day >= $last::DATE - 7 THEN 'week' ELSE 'earlier' END AS span,
        sum(authorizations) AS won,
        sum(authorization_requests - authorizations_cancelled) AS asked
    FROM channel_daily
    WHERE day BETWEEN $last::DATE - 28 AND $last AND channel IN ('one_click', 'wechat', 'qq', 'weibo')
    GROUP BY channel, span, GROUPING SETS ((app_key), ())
    HAVING asked >= 200
), compared AS (
    SELECT
        today.app_key,
        today.channel,
        before.span = 'earlier' AS is_lasting,
        today.won / today.asked AS rate,
        before.won / before.asked AS rate_before,
        today.asked,
        before.asked AS asked_before,
        (today.won + before.won) / (today.asked + before.asked) AS pooled
    FROM counted AS today
    JOIN counted AS before
        ON before.app_key = today.app_key AND before.channel = today.channel AND before.span <> 'now'
    WHERE today.span = 'now'
)
SELECT app_key, channel, rate, rate_before, round((rate_before - rate) * asked)::BIGINT AS lost, is_lasting
FROM compared
WHERE rate_before - rate >= 0.02
    AND rate_before - rate > 4 * sqrt(pooled * (1 - pooled) * (1 / asked + 1 / asked_before))
-- What the last week tells is news: the longer look back adds nothing to it.
QUALIFY row_number() OVER (PARTITION BY app_key, channel ORDER BY is_lasting) = 1
ORDER BY app_key = '*' DESC, is_lasting, lost DESC, app_key, channel
