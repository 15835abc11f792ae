-- grain: one row per line of a JSON file; the fields of the log record as text, and whether each has its type.
-- Of what is not plainly right (`is_plain` false) nothing here is used: `records.py` reads that line again.
WITH parsed AS (
    SELECT
        line,
        record,
        flaw,
        -- TRY: one line that is no JSON must not end the file. A text field that is no JSON string is a flaw already
        -- (`lines.py`); where a number may stand too, the JSON text itself tells which it is.
        TRY(json_transform(record, '{
            "event_id": "JSON", "event_time": "JSON", "app_key": "VARCHAR", "channel": "VARCHAR", "stage": "VARCHAR",
            "outcome": "VARCHAR", "result_code": "JSON", "vendor": "VARCHAR", "platform": "VARCHAR",
            "carrier": "VARCHAR", "scheme_id": "VARCHAR", "package_name": "VARCHAR", "device_id": "VARCHAR",
            "phone": "VARCHAR", "latency_ms": "JSON", "sdk_version": "VARCHAR", "os_version": "VARCHAR",
            "attempt_id": "VARCHAR", "account_id": "VARCHAR"
        }')) AS j
    FROM lines
), named AS (
    SELECT
        line,
        -- DuckDB's reader takes NaN and Infinity, which are no JSON.
        flaw = 0 AND NOT contains(record, 'NaN') AND NOT contains(record, 'Infinity') AS is_strict,
        CASE WHEN getvariable('has_extra_keys') THEN TRY(len(json_keys(record)) = list_unique(json_keys(record)))
            ELSE true END AS has_unique_keys,
        j,
        j.event_id::VARCHAR AS event_id,
        j.event_time::VARCHAR AS event_time,
        j.result_code::VARCHAR AS result_code
    FROM parsed
)
SELECT
    line,
    is_strict AND has_unique_keys
        AND (is_json_string(event_id) OR regexp_full_match(event_id, '[1-9]\d*'))
        AND (is_json_string(event_time) OR regexp_full_match(event_time, '[1-9]\d*'))
        AND (result_code IS NULL OR is_json_string(result_code) OR regexp_full_match(result_code, '-?[1-9]\d*|0'))
        AS is_plain,
    json_text(event_id) AS event_id,
    json_text(event_time) AS event_time,
    j.app_key,
    j.channel,
    j.stage,
    j.outcome,
    json_text(result_code) AS result_code,
    j.vendor,
    j.platform,
    j.carrier,
    j.scheme_id,
    j.package_name,
    j.device_id,
    j.phone,
    -- A number is its digits; a text under latency_ms is no number and fails the digits of typed_fields.
    j.latency_ms::VARCHAR AS latency_ms,
    j.sdk_version,
    j.os_version,
    j.attempt_id,
    j.account_id
FROM named
