-- grain: dimensions of causes: requests of an app, or of one of its channels, on the compared days
SELECT
    {{ each_of(CAUSES, "{0}") }},
    coalesce(sum(records) FILTER (list_contains($before, day)), 0)::DOUBLE AS requests_before,
    coalesce(sum(records) FILTER (list_contains($now, day)), 0)::DOUBLE AS requests_now
FROM outcome_daily
WHERE
    app_key = $app_key
    AND $channel IN (channel, '*')
    AND ({{ condition("authorization_requests") }} OR {{ condition("verification_requests") }})
    AND (list_contains($before, day) OR list_contains($now, day))
GROUP BY ALL
