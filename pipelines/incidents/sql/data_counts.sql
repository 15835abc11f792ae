-- grain: metric, whole, part, cause, day: a part of the day's records, and (part '') the whole that it is of
WITH cells AS (
    SELECT day, channel, stage, platform, carrier, sum(records) AS records
    FROM outcome_daily
    WHERE day BETWEEN $first AND $last
    GROUP BY ALL
), parts AS (
    SELECT
        day,
        'mix_shift' AS metric,
        unnest([
            {'whole': '', 'part': '', 'cause': ''},
            {'whole': '', 'part': channel, 'cause': 'channel=' || channel},
            {'whole': '', 'part': carrier, 'cause': 'carrier=' || carrier},
            {'whole': '', 'part': platform, 'cause': 'platform=' || platform},
            {'whole': channel, 'part': '', 'cause': ''},
            {'whole': channel, 'part': stage, 'cause': 'channel=' || channel || ' & stage=' || stage}
        ], recursive := true),
        records
    FROM cells
    UNION ALL BY NAME
    SELECT
        day,
        unnest(CASE measure
            WHEN 'hour' THEN {'metric': 'hour_shift', 'cause': 'source=' || whole || ' & hour=' || part}
            WHEN 'field' THEN {'metric': 'field_shift', 'cause': 'field=' || part}
            ELSE {'metric': 'repeated_records', 'cause': 'channel=' || whole}
        END),
        whole,
        part,
        amount AS records
    FROM read_parquet($profiles, hive_partitioning = false)
)
SELECT metric, whole, part, if(part = '', '', cause) AS cause, day, sum(records)::DOUBLE AS records
FROM parts
GROUP BY ALL
