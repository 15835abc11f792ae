-- Rules that several statements use; every connection has them (`store/database.py`).
-- Whether a restatement is of a figure of its day, not of the balance of a resource package.
CREATE TEMP MACRO is_figure(metric) AS metric <> 'resource_package_remaining';
-- The layer of the code dictionary in which a record's code is looked up.
CREATE TEMP MACRO layer_of(channel, stage) AS
    CASE
        WHEN is_social_channel(channel) THEN 'oauth'
        WHEN stage IN ('verify', 'login') THEN 'server'
        ELSE 'sdk'
    END;
-- The platform under which a record's code is looked up first; the row for `*` applies if there is no such row.
CREATE TEMP MACRO code_platform(platform) AS CASE WHEN platform = 'ipad' THEN 'ios' ELSE platform END;
-- The day that a single day is compared with: the same weekday of the week before.
CREATE TEMP MACRO week_before(day) AS day - 7;
-- The relative change from `base` to `value`. NULL if one of them is absent, or the base is 0.
CREATE TEMP MACRO change_of(value, base) AS value / nullif(base, 0) - 1;
-- A figure, the figure of the week before (`base`), and the relative change. For a share, the change is the difference.
CREATE TEMP MACRO compared(figure, base, is_share) AS
    {
        'value': figure,
        'week_before': base,
        'change': CASE WHEN is_share THEN figure - base ELSE change_of(figure, base) END
    };
-- The offset of a clock at `instant`, in milliseconds: `offsets[n]` before `changes[n]`, and `offsets[n + 1]` from it
-- on. Offsets come from `common/days.py`: DuckDB's own time zone tables may differ from the system's.
CREATE TEMP MACRO offset_at(instant, changes, offsets) AS
    CASE WHEN len(offsets) = 1 THEN offsets[1]
        ELSE offsets[len(list_filter(changes, lambda change: change <= instant)) + 1]
    END;
-- The publishable part of a phone number: `138****1234`; only stars for one shorter than 11 characters.
CREATE TEMP MACRO phone_mask(phone) AS
    CASE WHEN length(phone) >= 11 THEN left(phone, 3) || '****' || right(phone, 4) WHEN phone IS NOT NULL THEN '****' END;
-- The text of a hash that a part stores as two signed halves.
CREATE TEMP MACRO hash_text(high, low) AS (lpad(to_hex(high), 16, '0') || lpad(to_hex(low), 16, '0'))::UUID::VARCHAR;
-- A sign-in record as one number, its moment, which sorts as sign-in records do. From the highest bits: milliseconds
-- (28 bits) since the earliest instant at which the business day begins in any zone, stage (3), its position among the
-- records of its subject if times may be equal (21), channel (7), outcome (4).
CREATE TEMP MACRO moment_of(day, event_time, words) AS
    ((epoch_ms(event_time) - epoch_ms(day) + 50400000) << 35) | words;
CREATE TEMP MACRO moment_words(stage, channel, outcome) AS
    (stage::BIGINT << 32) | (channel::BIGINT << 4) | outcome::BIGINT;
-- A moment with the position of its record. Records of a subject with the same time and stage get equal positions only
-- after the first two million.
CREATE TEMP MACRO placed_moment(moment, place) AS moment | (least(place, 2097151) << 11);
-- The stage, channel and outcome in a moment, without its time and position.
CREATE TEMP MACRO said_in(moment) AS moment & 30064773119;
CREATE TEMP MACRO moment_ms(moment) AS moment >> 35;
CREATE TEMP MACRO moment_epoch_ms(moment, day) AS (moment >> 35) + epoch_ms(day) - 50400000;
-- The time and stage in a moment, as one number.
CREATE TEMP MACRO moment_time(moment) AS moment >> 32;
CREATE TEMP MACRO moment_stage(moment) AS ((moment >> 32) & 7)::UTINYINT;
CREATE TEMP MACRO moment_channel(moment) AS ((moment >> 4) & 127)::UTINYINT;
CREATE TEMP MACRO moment_outcome(moment) AS (moment & 15)::UTINYINT;
-- The moment of the record that completes a sign-in, from the first successes of its steps; NULL if none does. In an
-- app whose server logs, only a record of the server completes one_click.
CREATE TEMP MACRO completing_moment(authorized, verified, logged_in, came_otherwise, by_server) AS
    least(CASE WHEN NOT by_server THEN authorized END, verified, logged_in, came_otherwise);
-- Whether a failure comes before the completing moment, or no moment completes.
CREATE TEMP MACRO is_before(failed, completing) AS coalesce(failed < completing, failed IS NOT NULL);
-- For the milliseconds between two steps: the number that are not negative, their nearest-rank percentiles, and the
-- number of negative ones, which come from clocks that differ. A decimal 0.95 gives an exact rank: in floating point it
-- may be off by one.
CREATE TEMP MACRO step_times(ms) AS
    {
        'sessions': count(ms) FILTER (ms >= 0),
        'percentiles': quantile_disc(ms, [0.5, 0.95]) FILTER (ms >= 0),
        'negative': count(ms) FILTER (ms < 0)
    };
-- The rows of a relation of records or of groups of records, given by its name, with vendor, platform and outcome
-- resolved by registry and code dictionary.
CREATE TEMP MACRO resolved_of(groups) AS TABLE
    WITH named AS (
        SELECT
            said.* EXCLUDE (vendor, platform),
            coalesce(said.vendor, CASE WHEN is_number_channel(channel) THEN 'umeng' ELSE channel END) AS vendor,
            coalesce(said.platform, app_platforms.platform, 'unknown') AS platform,
            layer_of(channel, stage) AS layer
        FROM query_table(groups) AS said
        LEFT JOIN app_platforms USING (app_key)
    ), looked_up AS (
        SELECT
            named.*,
            -- A row for the exact platform wins over `*`.
            CASE WHEN exact_code.code IS NOT NULL THEN exact_code.outcome ELSE any_code.outcome END AS code_outcome,
            CASE WHEN exact_code.code IS NOT NULL THEN exact_code.stage ELSE any_code.stage END AS code_stage
        FROM named
        LEFT JOIN result_codes AS exact_code
            ON exact_code.vendor = named.vendor AND exact_code.layer = named.layer
            AND exact_code.code = named.result_code AND exact_code.platform = code_platform(named.platform)
        LEFT JOIN result_codes AS any_code
            ON any_code.vendor = named.vendor AND any_code.layer = named.layer AND any_code.code = named.result_code
            AND any_code.platform = '*'
    ), coded AS (
        SELECT
            *,
            coalesce(outcome, code_outcome, CASE WHEN code_stage = stage THEN 'success' END) AS known_outcome
        FROM looked_up
    )
    SELECT
        * EXCLUDE (layer, outcome, code_outcome, code_stage, known_outcome),
        coalesce(known_outcome, 'error') AS outcome,
        known_outcome IS NULL AS is_unmapped
    FROM coded;
