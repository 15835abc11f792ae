-- One row: over the window of $window_days, sign-in records, the number of them without a subject, sessions with a
-- one_click record by step, pre-fetches, and text messages.
WITH counted AS (
    SELECT {{ sums(("records", "without_subject", "sessions") + FUNNEL
        + ("prefetches", "prefetch_successes", "text_records")) }}
    FROM sign_in_funnel
    WHERE window_days = $window_days
)
SELECT * EXCLUDE (text_records), {{ rate("eligible_rate") }} AS eligible_rate, text_records
FROM counted
