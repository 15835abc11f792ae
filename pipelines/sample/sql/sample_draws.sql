-- Grain: one row per delivered record: every record of the chosen days, and about 1 % of them again.
-- A view over session variables; variables of days are lists, in the order of the days. Every random number is
-- hash(key of the day + position), or a term of an even sequence (`sample_even`), so a record depends only on the seed,
-- its day and its position, not on threads or other records. Several draws use different bits of one hash. Faults hash
-- this hash again, so that they change nothing else. Reads the tables sample_app, sample_kind, sample_block and
-- sample_answer (`apps.py`, `behaviour.py`), the macros of `macros.sql`, and the faults of the days in the variables of
-- `faults.py`.
-- Not materialized, because several threads read a materialized query in any order.
WITH numbered AS NOT MATERIALIZED (
    SELECT
        position // list_max(getvariable('events')) + 1 AS day_no,
        position % list_max(getvariable('events')) AS record_no
    FROM range(0, len(getvariable('events')) * list_max(getvariable('events'))) AS numbers (position)
),

first_time AS NOT MATERIALIZED (
    SELECT *
    FROM numbered
    WHERE record_no < getvariable('events')[day_no]
),

delivered AS (
    SELECT *, false AS is_again
    FROM first_time
    UNION ALL
    SELECT *, true
    FROM first_time
    WHERE hash(getvariable('repeat_key')[day_no] + record_no) % 100 = 0
),

drawn AS (
    SELECT
        day_no,
        record_no,
        is_again,
        record_no // 6 AS block_no,
        record_no % 6 AS slot,
        -- Without the last bit a hash fits a signed number; sums with unsigned ones would have 128 bits.
        (hash(getvariable('record_key')[day_no] + record_no) >> 1)::BIGINT AS record_hash,
        (hash(getvariable('block_key')[day_no] + record_no // 6) >> 1)::BIGINT AS block_hash
    FROM delivered
),

-- Zipf in closed form: (apps + 1) ^ u, u uniform, falls between k and k + 1 with a chance of nearly 1 / k.
candidates AS (
    SELECT
        *,
        floor(pow(getvariable('apps') + 1, sample_even(day_no, block_no, 3)))::INTEGER AS first_app,
        floor(pow(getvariable('apps') + 1, sample_even(day_no, block_no, 7)))::INTEGER AS other_app,
        sample_even(day_no, block_no, 5) AS keep_draw,
        sample_even(day_no, block_no, 2) AS kind_draw,
        (hash(block_hash) >> 1)::BIGINT AS sdk_hash
    FROM drawn
),

placed AS (
    SELECT
        *,
        CASE
            WHEN keep_draw < getvariable('keep_shares')[(day_no - 1) * getvariable('apps') + first_app] THEN first_app
            ELSE other_app
        END AS app_no
    FROM candidates
),

kinds AS (
    SELECT
        placed.*,
        app.* EXCLUDE (app_no),
        planned.kind AS usual_kind,
        planned.is_one_click,
        placed.app_no = getvariable('sdk_app')[day_no] AS has_failing_sdk,
        placed.app_no = getvariable('losing_app')[day_no] AS has_losing_sdk,
        (sdk_hash & 1023) / 1024.0 < CASE WHEN has_losing_sdk THEN 0.9 ELSE getvariable('new_sdk_share')[day_no] END
        AND (NOT has_failing_sdk OR getvariable('sdk_failing')[day_no] > 0) AS is_new_sdk,
        has_losing_sdk AND is_new_sdk AND getvariable('losing')[day_no] > 0 AS loses_people,
        (sdk_hash >> 34) % 10 < 3 AND len(schemes) > 1 AS is_second_scheme,
        CASE
            WHEN NOT is_one_click THEN usual_kind
            WHEN
                has_failing_sdk AND is_new_sdk AND (sdk_hash >> 10) % 10 < getvariable('sdk_failing')[day_no]
                OR getvariable('bad_carrier')[day_no] > 0
                AND sample_carrier(sample_device(day_no, block_no * 8)) = getvariable('bad_carrier')[day_no]
                AND hash(sdk_hash) % 100 < getvariable('carrier_failing')[day_no]
                THEN getvariable('failing')
            -- The page of the second scheme loses fewer people.
            WHEN is_second_scheme AND usual_kind = 'left' AND (sdk_hash >> 45) % 10 < 6 THEN 'direct'
            WHEN
                is_second_scheme AND usual_kind = 'direct' AND placed.app_no = getvariable('scheme_app')[day_no]
                AND (sdk_hash >> 45) % 10 < getvariable('scheme_stuck')[day_no]
                THEN 'stuck'
            ELSE usual_kind
        END AS kind
    FROM placed
    INNER JOIN sample_app AS app ON placed.app_no = app.app_no
    INNER JOIN sample_kind AS planned
        ON app.is_server = planned.is_server AND (len(app.social) > 0) = planned.has_social
        AND CASE
            WHEN kind_draw < getvariable('browse_share')[day_no] THEN -1
            ELSE floor(
                (kind_draw - getvariable('browse_share')[day_no]) / (1 - getvariable('browse_share')[day_no])
                * getvariable('draws')
            )
        END = planned.draw
),

steps AS (
    SELECT
        kinds.*,
        block.seconds,
        -- If nobody returns after a failure, the rest of the visit belongs to another person.
        block_no * 8 + block.person + 4 * (loses_people AND is_one_click AND block.is_after_failure)::INTEGER AS visit_no,
        block.step_channel = 'social' AS is_social,
        block.stage = 'verify' AND block.step_channel = 'one_click' AND NOT logs_server AS is_unlogged,
        CASE WHEN is_unlogged THEN 'prefetch' ELSE block.stage END AS stage,
        CASE
            WHEN is_social THEN social[1 + (record_hash >> 40) % len(social)]
            ELSE block.step_channel
        END AS channel,
        CASE
            WHEN kinds.kind = 'local' THEN sample_device_again(day_no, block_no * 8 + block.person)
            ELSE sample_device(day_no, visit_no)
        END AS device_hash,
        kinds.app_no = getvariable('tablet_app')[day_no] AS has_tablets,
        platform = 'ios' AND (device_hash >> 10) % 8
        < CASE WHEN has_tablets THEN getvariable('tablets')[day_no] ELSE 1 END AS is_tablet,
        CASE
            WHEN
                channel = 'wechat' AND kinds.app_no = getvariable('wechat_app')[day_no]
                AND hash(record_hash) % 100 < getvariable('wechat_failing')[day_no]
                THEN 'banned'
            WHEN is_social THEN channel || ' ' || block.situation
            WHEN is_unlogged THEN 'prefetch'
            WHEN block.situation = 'check' AND has_tablets AND is_tablet AND hash(record_hash) % 10 < 6 THEN 'no carrier'
            ELSE block.situation
        END AS situation
    FROM kinds
    INNER JOIN sample_block AS block ON kinds.kind = block.kind AND kinds.slot = block.slot
)

SELECT
    day_no,
    record_no,
    is_again,
    record_hash,
    device_hash,
    visit_no,
    app_no,
    app_key,
    account_id,
    is_registered,
    logs_server,
    vendor_words,
    platform,
    channel,
    stage,
    packages[1 + ((device_hash >> 18) % 4 = 0 AND len(packages) > 1)::INTEGER] AS package_name,
    getvariable('day')[day_no] AS day,
    answer.outcome AS drawn_outcome,
    CASE WHEN logs_codes THEN answer.result_code END AS code,
    sample_carrier(device_hash) AS carrier_no,
    CASE
        WHEN app_no % 5 = 4 THEN NULL
        WHEN is_tablet THEN 'ipad'
        ELSE platform
    END AS logged_platform,
    NOT is_social OR (device_hash >> 13) % 4 > 0 AS has_carrier,
    -- A text message belongs to no scheme.
    CASE WHEN channel <> 'sms' THEN schemes[1 + is_second_scheme::INTEGER] END AS scheme_id,
    -- A server's log has neither SDK version nor platform of the phone.
    CASE
        WHEN stage IN ('verify', 'login') OR channel <> 'one_click' AND kind <> 'local' THEN NULL
        WHEN is_new_sdk AND has_failing_sdk THEN getvariable('failing_sdk')
        WHEN is_new_sdk THEN sdk_new
        ELSE sdk_old
    END AS sdk_version,
    (block_no + ((sdk_hash >> 24) & 1023) / 1024.0) / getvariable('blocks') * 1024 AS clock_point,
    floor(clock_point)::INTEGER AS clock_no,
    -- Most people are quick, some take five times as long; the next person comes seconds later.
    (
        getvariable('clock')[1 + clock_no]
        + (getvariable('clock')[2 + clock_no] - getvariable('clock')[1 + clock_no]) * (clock_point - clock_no)
        + visit_no % 8 * 7000
        + seconds * (500 + pow((device_hash >> 36) & 63, 2) / 2)
        + (record_hash & 255)
    )::BIGINT AS ms_of_day,
    -- The sum of four uniform numbers is nearly normal, and its exponential nearly log-normal.
    ((record_hash >> 10) & 255) + ((record_hash >> 18) & 255) + ((record_hash >> 26) & 255)
    + ((record_hash >> 34) & 255) AS four_draws
FROM steps
INNER JOIN sample_answer AS answer
    ON steps.situation = answer.situation AND (record_hash >> 42) % getvariable('draws') = answer.draw
