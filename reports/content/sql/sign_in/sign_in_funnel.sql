-- One row per app and window (1, 7, 30, 90 days): sessions with a one_click record by step, records that are no step
-- (pre-fetches and text messages), all sign-in records, and the number of them without a subject.
WITH others AS (
    SELECT
        app_key,
        shortest,
        {{ measured(("prefetches", "prefetch_successes")) }},
        coalesce(sum(records) FILTER (channel = 'sms'), 0)::BIGINT AS text_records
    FROM outcome_daily
    JOIN day_windows USING (day)
    WHERE channel = 'sms' OR channel = 'one_click' AND stage = 'prefetch'
    GROUP BY app_key, shortest
),
books AS (
    {{ by_shortest("session_books", (), ("records", "without_subject")) }}
),
cells AS (
    SELECT app_key, shortest, {{ each(("sessions",) + FUNNEL, "{}") }} FROM funnel_cells
    UNION ALL BY NAME
    FROM others
    UNION ALL BY NAME
    FROM books
)
{{ over_windows("cells", (), ("sessions",) + FUNNEL
    + ("prefetches", "prefetch_successes", "text_records", "records", "without_subject")) }}
