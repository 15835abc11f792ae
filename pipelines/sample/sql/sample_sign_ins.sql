-- Grain: day, app_key, and the channel, stage and outcome of the last record of lost visits (NULL for others): counts
-- of the visits of sample_visits. A lost visit did not sign in and was not cut by midnight.
SELECT
    day,
    app_key,
    CASE WHEN is_lost THEN last_channel END AS channel,
    CASE WHEN is_lost THEN last_stage END AS stage,
    CASE WHEN is_lost THEN last_outcome END AS outcome,
    count(*) AS sessions,
    count(*) FILTER (is_cut) AS cut,
    count(signed_in_by) AS signed_in,
    count(*) FILTER (is_failed) AS failed_first,
    count(*) FILTER (is_failed AND is_cut) AS failed_first_cut,
    count(signed_in_by) FILTER (is_failed) AS failed_first_signed_in
FROM (SELECT *, signed_in_by IS NULL AND NOT is_cut AS is_lost FROM sample_visits)
GROUP BY day, app_key, channel, stage, outcome
