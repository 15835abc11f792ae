-- Grain: app_key: the visits of sample_visits, and what became of them.
SELECT
    app_key,
    count(*) AS sessions,
    count(*) FILTER (is_cut) AS cut,
    count(signed_in_by) AS signed_in,
    count(*) FILTER (is_failed) AS failed_first,
    count(signed_in_by) FILTER (is_failed) AS failed_first_signed_in
FROM sample_visits
GROUP BY app_key
