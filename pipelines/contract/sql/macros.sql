-- Rules that more than one statement goes by; every connection has them (`store/database.py`).
-- The layer of the code dictionary in which a record's code is looked up.
CREATE TEMP MACRO layer_of(channel, stage) AS
    CASE
        WHEN channel IN ('wechat', 'qq', 'weibo') THEN 'oauth'
        WHEN stage IN ('verify', 'login') THEN 'server'
        ELSE 'sdk'
    END;
-- The platform under which a record's code is looked up, before `*`.
CREATE TEMP MACRO code_platform(platform) AS CASE WHEN platform = 'ipad' THEN 'ios' ELSE platform END;
-- What a single day is compared with: the same weekday of the week before.
CREATE TEMP MACRO week_before(day) AS day - 7;
-- From `base` to `value`, what came to the base as a part of it. NULL where one of the two is absent, or the base is 0.
CREATE TEMP MACRO change_of(value, base) AS value / nullif(base, 0) - 1;
-- A figure beside that of the week before; a share changes by the difference.
CREATE TEMP MACRO compared(figure, base, is_share) AS
    {
        'value': figure,
        'week_before': base,
        'change': CASE WHEN is_share THEN figure - base ELSE change_of(figure, base) END
    };
-- The instant of a local time; of an hour that comes twice the first, where DuckDB takes the second.
CREATE TEMP MACRO first_instant(local_time, zone) AS
    CASE WHEN ((local_time AT TIME ZONE zone) - INTERVAL 1 HOUR) AT TIME ZONE zone = local_time
        THEN (local_time AT TIME ZONE zone) - INTERVAL 1 HOUR
        ELSE local_time AT TIME ZONE zone
    END;
-- What may be published of a number: `138****1234`; nothing of one shorter than 11 characters.
CREATE TEMP MACRO phone_mask(phone) AS
    CASE WHEN length(phone) >= 11 THEN left(phone, 3) || '****' || right(phone, 4) WHEN phone IS NOT NULL THEN '****' END;
-- The text of a hash of which a part keeps two signed halves.
CREATE TEMP MACRO hash_text(high, low) AS (lpad(to_hex(high), 16, '0') || lpad(to_hex(low), 16, '0'))::UUID::VARCHAR;
