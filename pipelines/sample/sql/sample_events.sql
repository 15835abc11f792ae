-- Grain: one row per record delivered: records first_record to last_record - 1 of one day, then about 1 % of them again.
-- A view over session variables. Every random number is hash(key of the day + position), so a record depends on the
-- seed, its day and its position alone, never on threads or on what was made before; bits of one hash are sliced.
-- Reads the tables sample_app, sample_block and sample_answer (`apps.py`, `behaviour.py`).
WITH delivered AS (
    SELECT record_no
    FROM range(getvariable('first_record'), getvariable('last_record')) AS first_time (record_no)
    UNION ALL
    SELECT record_no
    FROM range(getvariable('first_record'), getvariable('last_record')) AS again (record_no)
    WHERE hash(getvariable('repeat_key') + record_no) % 100 = 0
),

drawn AS (
    SELECT
        record_no,
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
        (sdk_hash & 1023) / 1024.0 < getvariable('new_sdk_share') AND (NOT is_failing OR getvariable('is_sdk_failing'))
            AS is_new_sdk,
        (kind_draw - getvariable('browse_share')) / (1 - getvariable('browse_share')) AS draw,
        CASE
            WHEN draw < 0 THEN 'browse'
            WHEN draw < getvariable('local_end') AND draw >= getvariable('failed_end') THEN 'local'
            WHEN draw >= getvariable('local_end') AND len(social) > 0 THEN 'social'
            WHEN is_server THEN 'server'
            WHEN is_failing AND is_new_sdk AND (sdk_hash >> 10) % 10 < 7 THEN 'failed'
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
        CASE
            WHEN is_social THEN channel
            WHEN block.situation = 'social' THEN 'prefetch'
            ELSE block.situation
        END AS situation,
        (hash(getvariable('person_key') + block_no * 8 + block.person) >> 1)::BIGINT AS person_hash,
        (hash(getvariable('device_key') + person_hash % getvariable('devices')) >> 1)::BIGINT AS device_hash
    FROM kinds
    INNER JOIN sample_block AS block ON kinds.kind = block.kind AND kinds.slot = block.slot
),

answered AS (
    SELECT
        steps.*,
        answer.outcome AS drawn_outcome,
        CASE WHEN logs_codes THEN answer.result_code END AS code,
        (device_hash & 1023) / 1024.0 AS carrier_draw,
        CASE WHEN carrier_draw < 0.5 THEN 1 WHEN carrier_draw < 0.73 THEN 2 WHEN carrier_draw < 0.95 THEN 3 ELSE 4 END
            AS carrier_no,
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
)

SELECT
    -- hash() maps 64-bit numbers one to one, so ids never meet by chance within a day.
    hex(hash(getvariable('record_key') + record_no)) AS event_id,
    strftime(
        getvariable('day') + to_milliseconds(least(ms_of_day, 86399999)::BIGINT), '%Y-%m-%dT%H:%M:%S.%g+08:00'
    ) AS event_time,
    app_key,
    channel,
    stage,
    CASE WHEN code IS NULL OR (record_hash >> 54) & 15 = 0 AND code <> '600099' THEN drawn_outcome END AS outcome,
    code AS result_code,
    CASE WHEN app_no % 2 = 0 AND NOT is_social THEN 'umeng' END AS vendor,
    CASE
        WHEN app_no % 5 = 4 THEN NULL
        WHEN platform = 'ios' AND (device_hash >> 10) % 8 = 0 THEN 'ipad'
        ELSE platform
    END AS platform,
    CASE
        WHEN is_social AND (device_hash >> 13) % 4 = 0 THEN NULL
        WHEN vendor_words THEN ['cm_zyhl', 'cu_xw', 'ct_sjl', 'unknown'][carrier_no]
        ELSE ['CMCC', 'CUCC', 'CTCC', 'unknown'][carrier_no]
    END AS carrier,
    schemes[1 + ((device_hash >> 15) % 5 = 0 AND len(schemes) > 1)::INTEGER] AS scheme_id,
    packages[1 + ((device_hash >> 18) % 4 = 0 AND len(packages) > 1)::INTEGER] AS package_name,
    CASE WHEN (device_hash >> 20) % 50 > 0 THEN hex(device_hash) END AS device_id,
    CASE
        WHEN stage IN ('verify', 'login') OR (device_hash >> 26) % 32 < 11
            THEN '160' || lpad((device_hash % 100000000)::VARCHAR, 8, '0')
    END AS phone,
    CASE
        WHEN stage = 'click' OR drawn_outcome IN ('cancelled', 'switched') THEN NULL
        WHEN drawn_outcome = 'timeout' THEN 3000 + (four_draws * 5)
        ELSE round([380, 470, 430, 640][carrier_no] * exp((four_draws - 510) / 330.0))
    END::INTEGER AS latency_ms,
    -- A server's log knows neither the SDK nor the system of the phone.
    CASE
        WHEN stage IN ('verify', 'login') OR is_social THEN NULL
        WHEN is_new_sdk THEN sdk_new
        ELSE sdk_old
    END AS sdk_version,
    CASE WHEN stage IN ('verify', 'login') THEN NULL ELSE CASE platform
        WHEN 'ios' THEN ['16.7', '17.6', '18.5', '18.6'][1 + (device_hash >> 32) % 4]
        WHEN 'harmony' THEN ['5.0', '5.1'][1 + (device_hash >> 32) % 2]
        ELSE ['12', '13', '14', '15'][1 + (device_hash >> 32) % 4]
    END END AS os_version,
    hex(hash(getvariable('attempt_key') + block_no * 8 + attempt)) AS attempt_id,
    CASE WHEN app_no % 6 = 0 THEN account_id END AS account_id
FROM answered
