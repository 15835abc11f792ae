-- Grain: channel, stage, outcome: the visits of sample_visits that led to nothing, by their last record, most first.
SELECT last_channel AS channel, last_stage AS stage, last_outcome AS outcome, count(*) AS sessions
FROM sample_visits
WHERE signed_in_by IS NULL AND NOT is_cut
GROUP BY ALL
ORDER BY sessions DESC, channel, stage, outcome
