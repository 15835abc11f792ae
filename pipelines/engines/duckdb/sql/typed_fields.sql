-- grain: one row per raw record of a file: an event where it is plainly good, else its line alone with day NULL.
-- What "plainly good" leaves out, `records.py` reads exactly; the two agree on all that is accepted here.
WITH instants AS (
    SELECT
        *,
        CASE
            WHEN regexp_full_match(event_time,
                '\d{4}-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-]([01]\d):[0-5]\d)')
                -- Whole milliseconds: finer digits are cut, as in records.py (epoch_ms of an instant would round them).
                THEN epoch_ms(epoch_us(try_cast(event_time AS TIMESTAMPTZ)) // 1000)
            WHEN regexp_full_match(event_time, '\d{13}') THEN epoch_ms(try_cast(event_time AS BIGINT))
            WHEN regexp_full_match(event_time, '\d{4}-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?')
                THEN epoch_ms(epoch_us(first_instant(try_cast(event_time AS TIMESTAMP), $source_zone)) // 1000)
        END AS instant
    FROM fields
), tested AS (
    SELECT
        *,
        coalesce(
            is_plain
            AND strlen(event_id) BETWEEN 1 AND 128
            AND instant BETWEEN $oldest::TIMESTAMP AND $newest::TIMESTAMP
            AND regexp_full_match(app_key, '[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}')
            AND channel IN ('one_click', 'local_verify', 'wechat', 'qq', 'weibo')
            AND stage IN ('prefetch', 'page', 'click', 'authorize', 'verify', 'login')
            AND CASE WHEN outcome IS NULL THEN result_code IS NOT NULL
                ELSE outcome IN ('success', 'mismatch', 'unknown', 'cancelled', 'switched', 'unsupported',
                    'carrier_error', 'config_error', 'timeout', 'limited', 'quota_exhausted', 'error') END
            AND (vendor IS NULL OR strlen(vendor) BETWEEN 1 AND 128)
            AND (platform IS NULL OR platform IN ('android', 'ios', 'ipad', 'harmony', 'h5'))
            AND (carrier IS NULL OR strlen(carrier) BETWEEN 1 AND 128)
            AND (scheme_id IS NULL OR strlen(scheme_id) BETWEEN 1 AND 128)
            AND (package_name IS NULL OR regexp_full_match(package_name, '[A-Za-z0-9._-]{1,128}'))
            AND (device_id IS NULL OR strlen(device_id) BETWEEN 1 AND 128)
            -- Eleven or more characters of one byte each: what the mask below may show.
            AND (phone IS NULL OR (strlen(phone) BETWEEN 1 AND 128 AND regexp_full_match(phone, '[+0-9]+')))
            AND (latency_ms IS NULL OR (regexp_full_match(latency_ms, '\d{1,6}') AND try_cast(latency_ms AS INTEGER) <= 600000))
            AND (sdk_version IS NULL OR strlen(sdk_version) BETWEEN 1 AND 128)
            AND (os_version IS NULL OR strlen(os_version) BETWEEN 1 AND 128)
            AND (attempt_id IS NULL OR strlen(attempt_id) BETWEEN 1 AND 128)
            AND (account_id IS NULL OR strlen(account_id) BETWEEN 1 AND 128),
            false
        ) AS is_good
    FROM instants
)
SELECT
    CASE WHEN NOT is_good OR getvariable('keeps_lines') THEN line END AS line,
    CASE WHEN is_good THEN event_id END AS event_id,
    CASE WHEN is_good THEN instant END AS event_time,
    CASE WHEN is_good THEN 
        -- A zone whose clock is not changed needs no look into the time zone tables, which costs as much as the parsing.
        CASE WHEN $fixed_offset_ms IS NOT NULL THEN (instant + to_milliseconds($fixed_offset_ms::BIGINT))::DATE
            ELSE ((instant AT TIME ZONE 'UTC') AT TIME ZONE $business_zone)::DATE END
    END AS day,
    CASE WHEN is_good THEN app_key END AS app_key,
    CASE WHEN is_good THEN channel END AS channel,
    CASE WHEN is_good THEN stage END AS stage,
    CASE WHEN is_good THEN outcome END AS outcome,
    CASE WHEN is_good THEN result_code END AS result_code,
    CASE WHEN is_good THEN vendor END AS vendor,
    CASE WHEN is_good THEN platform END AS platform,
    CASE WHEN is_good THEN
        CASE
            WHEN carrier IS NULL THEN 'unknown'
            WHEN carrier IN ('CMCC', 'CUCC', 'CTCC') THEN carrier
            WHEN upper(carrier) IN ('CMCC', 'CM') OR starts_with(upper(carrier), 'CM_') THEN 'CMCC'
            WHEN upper(carrier) IN ('CUCC', 'CU') OR starts_with(upper(carrier), 'CU_') THEN 'CUCC'
            WHEN upper(carrier) IN ('CTCC', 'CT') OR starts_with(upper(carrier), 'CT_') THEN 'CTCC'
            ELSE 'unknown'
        END
    END AS carrier,
    CASE WHEN is_good THEN carrier IS NOT NULL END AS has_carrier,
    CASE WHEN is_good THEN scheme_id END AS scheme_id,
    CASE WHEN is_good THEN package_name END AS package_name,
    CASE WHEN is_good AND device_id IS NOT NULL THEN left(keyed_hash(device_id), 32)::UUID END AS device_hash,
    CASE WHEN is_good AND phone IS NOT NULL THEN left(keyed_hash(phone), 32)::UUID END AS phone_hash,
    CASE WHEN is_good AND phone IS NOT NULL THEN
        CASE WHEN strlen(phone) >= 11 THEN left(phone, 3) || '****' || right(phone, 4) ELSE '****' END
    END AS phone_mask,
    CASE WHEN is_good THEN try_cast(latency_ms AS INTEGER) END AS latency_ms,
    CASE WHEN is_good THEN sdk_version END AS sdk_version,
    CASE WHEN is_good THEN os_version END AS os_version,
    CASE WHEN is_good THEN attempt_id END AS attempt_id,
    CASE WHEN is_good THEN account_id END AS account_id
FROM tested
