-- grain: dimensions of causes: requests of an app, or of one of its channels, on the compared days
SELECT
    {{ each_of(CAUSES, "{0}") }},
    coalesce(sum(requests) FILTER (list_contains($before, day)), 0)::DOUBLE AS requests_before,
    coalesce(sum(requests) FILTER (list_contains($now, day)), 0)::DOUBLE AS requests_now
FROM (
    SELECT
        *,
        -- A login counts twice, as in the volume: it is an authorization and a verification.
        records * (
            ({{ condition("authorization_requests") }})::INTEGER
            + ({{ condition("verification_requests") }})::INTEGER
        ) AS requests
    FROM outcome_daily
    WHERE app_key = $app_key AND $channel IN (channel, '*')
)
WHERE requests > 0 AND (list_contains($before, day) OR list_contains($now, day))
GROUP BY ALL
