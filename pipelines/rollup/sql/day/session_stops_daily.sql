-- grain: day, app_key, channel, stage, outcome: the lost sessions, by their last record
SELECT
    day,
    app_key,
    last_channel AS channel,
    last_stage AS stage,
    last_outcome AS outcome,
    sum(sessions)::BIGINT AS sessions
FROM session_facts
WHERE way = 'lost'
GROUP BY ALL
ORDER BY day, app_key, channel, stage, outcome
