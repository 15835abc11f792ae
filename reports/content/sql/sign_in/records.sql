-- One row: records from $first to $last that are no step of a funnel: pre-fetches and text messages.
WITH counted AS (
    SELECT
        {{ measured(("prefetches", "prefetch_successes")) }},
        coalesce(sum(records) FILTER (channel = 'sms'), 0)::BIGINT AS text_records
    FROM outcome_daily
    WHERE day BETWEEN $first AND $last AND (channel = 'sms' OR channel = 'one_click' AND stage = 'prefetch')
)
SELECT prefetches, prefetch_successes, {{ rate("eligible_rate") }} AS eligible_rate, text_records
FROM counted
