-- grain: the one row of a day's books: accepted records, those that count, of these the unmapped, and those in outcome_daily.
SELECT
    (SELECT coalesce(sum(records), 0)::BIGINT FROM delivered_apps) AS accepted,
    (SELECT coalesce(sum(records), 0)::BIGINT FROM record_groups) AS counted,
    (SELECT coalesce(sum(records), 0)::BIGINT FROM counts WHERE is_unmapped) AS unmapped,
    (SELECT coalesce(sum(records), 0)::BIGINT FROM outcome_daily) AS in_outcomes
