-- app (its place from $first_app_place on), channel (its place), place of a month of the 13: authorizations, failed and
-- cancelled ones (none of local_verify), verifications and the requests of verification that delivered none (of one_click
-- and local_verify); of the apps up to $last_app_place, `*` being the first
WITH counted AS (
    SELECT
        app_key,
        channel,
        date_diff('month', $months_first::DATE, date_trunc('month', day)::DATE) AS place,
        sum(authorizations) FILTER (channel <> 'local_verify')::BIGINT AS authorizations,
        sum(authorizations_failed) FILTER (channel <> 'local_verify')::BIGINT AS failed,
        sum(authorizations_cancelled) FILTER (channel <> 'local_verify')::BIGINT AS cancelled,
        sum(verifications) FILTER (channel IN ('one_click', 'local_verify'))::BIGINT AS verifications,
        sum(verification_requests - verifications) FILTER (channel IN ('one_click', 'local_verify'))::BIGINT
            AS undelivered
    FROM channel_daily
    WHERE day BETWEEN $months_first AND $last
    GROUP BY app_key, channel, date_trunc('month', day)::DATE
), everybody AS (
    SELECT * FROM counted
    UNION ALL
    SELECT
        '*',
        channel,
        place,
        sum(authorizations)::BIGINT,
        sum(failed)::BIGINT,
        sum(cancelled)::BIGINT,
        sum(verifications)::BIGINT,
        sum(undelivered)::BIGINT
    FROM counted
    GROUP BY channel, place
)
SELECT
    (listed.place - $first_app_place)::INTEGER AS app,
    list_position($channels, channel) - 1 AS channel,
    everybody.* EXCLUDE (app_key, channel)
FROM everybody
JOIN listed_apps AS listed USING (app_key)
WHERE listed.place BETWEEN $first_app_place AND $last_app_place
