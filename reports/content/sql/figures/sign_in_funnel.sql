-- One row per app and window (7, 30, 90 days): sessions with a one_click record by step, records that are no step
-- (pre-fetches and text messages), and all sign-in records.
WITH windows AS (
    SELECT unnest([7, 30, 90]) AS window_days
),
steps AS (
    SELECT app_key, window_days, {{ sums(("sessions",) + FUNNEL) }}
    FROM funnel_daily
    JOIN windows ON day BETWEEN $last::DATE - window_days + 1 AND $last
    GROUP BY app_key, window_days
),
others AS (
    SELECT
        app_key,
        window_days,
        {{ measured(("prefetches", "prefetch_successes")) }},
        coalesce(sum(records) FILTER (channel = 'sms'), 0)::BIGINT AS text_records
    FROM outcome_daily
    JOIN windows ON day BETWEEN $last::DATE - window_days + 1 AND $last
    WHERE day BETWEEN $long_first AND $last AND (channel = 'sms' OR channel = 'one_click' AND stage = 'prefetch')
    GROUP BY app_key, window_days
),
books AS (
    SELECT app_key, window_days, {{ sums(("records",)) }}
    FROM session_books
    JOIN windows ON day BETWEEN $last::DATE - window_days + 1 AND $last
    GROUP BY app_key, window_days
)
SELECT
    app_key,
    window_days,
    {{ each(("sessions",) + FUNNEL + ("prefetches", "prefetch_successes", "text_records", "records"), "coalesce({}, 0)") }}
FROM steps
FULL JOIN others USING (app_key, window_days)
FULL JOIN books USING (app_key, window_days)
ORDER BY app_key
