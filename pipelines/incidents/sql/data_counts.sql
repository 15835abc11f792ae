-- grain: metric, whole, part, day: records of a part of the day, and of its whole (part '')
WITH cells AS (
    SELECT day, channel, stage, platform, carrier, sum(records) AS records
    FROM outcome_daily
    GROUP BY ALL
), parts AS (
    SELECT
        day,
        'mix_shift' AS metric,
        unnest([
            {'whole': '', 'part': ''},
            {'whole': '', 'part': 'channel=' || channel},
            {'whole': '', 'part': 'carrier=' || carrier},
            {'whole': '', 'part': 'platform=' || platform},
            {'whole': channel, 'part': ''},
            {'whole': channel, 'part': 'channel=' || channel || ' & stage=' || stage}
        ], recursive := true),
        records
    FROM cells
    UNION ALL BY NAME
    SELECT
        day,
        CASE measure WHEN 'hour' THEN 'hour_shift' WHEN 'field' THEN 'field_shift' ELSE 'repeated_records' END
            AS metric,
        whole,
        CASE
            WHEN part = '' THEN ''
            WHEN measure = 'hour' THEN 'source=' || whole || ' & hour=' || part
            WHEN measure = 'field' THEN 'field=' || part
            ELSE 'channel=' || whole
        END AS part,
        amount AS records
    FROM profile_daily
)
SELECT metric, whole, part, day, sum(records)::DOUBLE AS records
FROM parts
GROUP BY ALL
