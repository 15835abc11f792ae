-- app (its place from $first_app_place on), channel (its place), place of a day of the 90: authorizations, failed and
-- cancelled ones (none of local_verify), verifications (of one_click and local_verify), the requests of verification that
-- delivered none, the median and the 95th percentile of the latency; of the apps up to $last_app_place, `*` being the
-- first. A day without data is not told from one without records here: the site's days say which
WITH counted AS (
    SELECT
        app_key,
        channel,
        day,
        authorizations,
        authorizations_failed,
        authorizations_cancelled,
        verifications,
        verification_requests - verifications AS undelivered,
        latency_p50_ms,
        latency_p95_ms
    FROM channel_daily
    WHERE day BETWEEN $long_first AND $last
    UNION ALL
    SELECT
        '*',
        channel,
        day,
        sum(authorizations)::BIGINT,
        sum(authorizations_failed)::BIGINT,
        sum(authorizations_cancelled)::BIGINT,
        sum(verifications)::BIGINT,
        sum(verification_requests - verifications)::BIGINT,
        any_value(latency_daily.latency_p50_ms),
        any_value(latency_daily.latency_p95_ms)
    FROM channel_daily
    LEFT JOIN latency_daily USING (day, channel)
    WHERE day BETWEEN $long_first AND $last AND $first_app_place = 0
    GROUP BY day, channel
)
SELECT
    (listed.place - $first_app_place)::INTEGER AS app,
    list_position($channels, channel) - 1 AS channel,
    (day - $long_first::DATE)::INTEGER AS place,
    if(channel = 'local_verify', NULL, authorizations) AS authorizations,
    if(channel = 'local_verify', NULL, authorizations_failed) AS failed,
    if(channel = 'local_verify', NULL, authorizations_cancelled) AS cancelled,
    if(channel IN ('one_click', 'local_verify'), verifications, NULL) AS verifications,
    undelivered,
    latency_p50_ms AS p50,
    latency_p95_ms AS p95
FROM counted
JOIN listed_apps AS listed USING (app_key)
WHERE listed.place BETWEEN $first_app_place AND $last_app_place
