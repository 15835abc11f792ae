-- Grain: one row per record delivered: records first_record to last_record - 1 of one day, then about 1 % of them again.
-- A view over session variables. Every random number is hash(key of the day + position), so a record depends on the
-- seed, its day and its position alone, never on threads or on what was made before; bits of one hash are sliced, and
-- what a fault draws is the hash of such a hash, so that it moves nothing else.
-- Reads the tables sample_app, sample_block and sample_answer (`apps.py`, `behaviour.py`) and the macros sample_device
-- and sample_carrier; what is wrong on the day is in the variables that `faults.py` names.
WITH delivered AS (
    SELECT record_no, false AS is_again
    FROM range(getvariable('first_record'), getvariable('last_record')) AS first_time (record_no)
    UNION ALL
    SELECT record_no, true
    FROM range(getvariable('first_record'), getvariable('last_record')) AS again (record_no)
    WHERE hash(getvariable('repeat_key') + record_no) % 100 = 0
),

drawn AS (
    SELECT
        record_no,
        is_again,
        record_no // 6 AS block_no,
        record_no % 6 AS slot,
        -- Without the last bit a hash fits a signed number; unsigned ones would be added up in 128 bits.
        (hash(getvariable('record_key') + record_no) >> 1)::BIGINT AS record_hash,
        (hash(getvariable('block_key') + record_no // 6) >> 1)::BIGINT AS block_hash
    FROM delivered
),

-- Zipf in closed form: (apps + 1) ^ u, u uniform, falls between k and k + 1 with a chance of nearly 1 / k.
candidates AS (
    SELECT
        *,
        floor(pow(getvariable('apps') + 1, (block_hash & 1048575) / 1048576.0))::INTEGER AS first_app,
        floor(pow(getvariable('apps') + 1, ((block_hash >> 20) & 1048575) / 1048576.0))::INTEGER AS other_app,
        ((block_hash >> 40) & 4095) / 4096.0 AS kind_draw,
        (block_hash >> 52) / 2048.0 AS keep_draw,
        (hash(block_hash) >> 1)::BIGINT AS sdk_hash
    FROM drawn
),

placed AS (
    SELECT
        *,
        CASE
            WHEN keep_draw < getvariable('keep_shares')[first_app] THEN first_app
            ELSE other_app
        END AS app_no
    FROM candidates
),

kinds AS (
    SELECT
        placed.*,
        app.* EXCLUDE (app_no),
        placed.app_no = getvariable('sdk_app') AS has_failing_sdk,
        (sdk_hash & 1023) / 1024.0 < getvariable('new_sdk_share')
        AND (NOT has_failing_sdk OR getvariable('sdk_failing') > 0) AS is_new_sdk,
        (kind_draw - getvariable('browse_share')) / (1 - getvariable('browse_share')) AS draw,
        CASE
            WHEN draw < 0 THEN 'browse'
            WHEN draw < getvariable('local_end') AND draw >= getvariable('failed_end') THEN 'local'
            WHEN draw >= getvariable('local_end') AND len(social) > 0 THEN 'social'
            WHEN is_server THEN 'server'
            WHEN has_failing_sdk AND is_new_sdk AND (sdk_hash >> 10) % 10 < getvariable('sdk_failing') THEN 'failed'
            WHEN
                getvariable('bad_carrier') > 0
                AND (draw < getvariable('full_end') OR draw >= getvariable('local_end'))
                AND sample_carrier(sample_device(block_no * 8)) = getvariable('bad_carrier')
                AND hash(sdk_hash) % 100 < getvariable('carrier_failing')
                THEN 'failed'
            WHEN draw < getvariable('full_end') OR draw >= getvariable('local_end') THEN 'full'
            WHEN draw < getvariable('left_end') THEN 'left'
            ELSE 'failed'
        END AS kind
    FROM placed
    INNER JOIN sample_app AS app ON placed.app_no = app.app_no
),

steps AS (
    SELECT
        kinds.*,
        block.attempt,
        block.situation = 'social' AND len(social) > 0 AS is_social,
        CASE WHEN block.situation = 'social' AND NOT is_social THEN 'prefetch' ELSE block.stage END AS stage,
        CASE
            WHEN is_social THEN social[1 + (record_hash >> 40) % len(social)]
            WHEN kinds.kind = 'local' THEN 'local_verify'
            ELSE 'one_click'
        END AS channel,
        sample_device(block_no * 8 + block.person) AS device_hash,
        kinds.app_no = getvariable('tablet_app') AS has_tablets,
        platform = 'ios' AND (device_hash >> 10) % 8 < CASE WHEN has_tablets THEN getvariable('tablets') ELSE 1 END
            AS is_tablet,
        CASE
            WHEN
                channel = 'wechat' AND kinds.app_no = getvariable('wechat_app')
                AND hash(record_hash) % 100 < getvariable('wechat_failing')
                THEN 'banned'
            WHEN is_social THEN channel
            WHEN block.situation = 'social' THEN 'prefetch'
            WHEN block.situation = 'check' AND has_tablets AND is_tablet AND hash(record_hash) % 10 < 6 THEN 'no carrier'
            ELSE block.situation
        END AS situation
    FROM kinds
    INNER JOIN sample_block AS block ON kinds.kind = block.kind AND kinds.slot = block.slot
)

SELECT
    steps.*,
    answer.outcome AS drawn_outcome,
    CASE WHEN logs_codes THEN answer.result_code END AS code,
    sample_carrier(device_hash) AS carrier_no,
    (block_no + ((sdk_hash >> 24) & 1023) / 1024.0) / getvariable('blocks') * 1024 AS clock_point,
    floor(clock_point)::INTEGER AS clock_no,
    getvariable('clock')[1 + clock_no]
    + (getvariable('clock')[2 + clock_no] - getvariable('clock')[1 + clock_no]) * (clock_point - clock_no)
    + attempt * 9000 + slot * 1300 + (record_hash & 1023) AS ms_of_day,
    -- The sum of four uniform numbers is close enough to a normal one, and its exponential to log-normal.
    ((record_hash >> 10) & 255) + ((record_hash >> 18) & 255) + ((record_hash >> 26) & 255)
    + ((record_hash >> 34) & 255) AS four_draws
FROM steps
INNER JOIN sample_answer AS answer
    ON steps.situation = answer.situation AND (record_hash >> 42) % getvariable('draws') = answer.draw
