-- grain: one row per line of a JSON file; the fields of the log record as text, and whether each has its type.
-- Of what is not plainly right (`is_plain` false) nothing here is used: `records.py` reads that line again.
WITH parsed AS (
    SELECT
        line,
        record,
        flaw,
        -- TRY: one line that is no JSON must not end the file.
        TRY(json_transform(record, '{
            "event_id": "JSON", "event_time": "JSON", "app_key": "JSON", "channel": "JSON", "stage": "JSON",
            "outcome": "JSON", "result_code": "JSON", "vendor": "JSON", "platform": "JSON", "carrier": "JSON",
            "scheme_id": "JSON", "package_name": "JSON", "device_id": "JSON", "phone": "JSON", "latency_ms": "JSON",
            "sdk_version": "JSON", "os_version": "JSON", "attempt_id": "JSON", "account_id": "JSON"
        }')) AS j,
        contains(record, '\') AS has_escape
    FROM lines
), named AS (
    SELECT
        line,
        has_escape,
        -- DuckDB's reader takes NaN and Infinity, which are no JSON.
        flaw = 0 AND NOT contains(record, 'NaN') AND NOT contains(record, 'Infinity') AS is_strict,
        CASE WHEN getvariable('has_extra_keys') THEN TRY(len(json_keys(record)) = list_unique(json_keys(record))) ELSE true END
            AS has_unique_keys,
        j.event_id::VARCHAR AS event_id, j.event_time::VARCHAR AS event_time, j.app_key::VARCHAR AS app_key,
        j.channel::VARCHAR AS channel, j.stage::VARCHAR AS stage, j.outcome::VARCHAR AS outcome,
        j.result_code::VARCHAR AS result_code, j.vendor::VARCHAR AS vendor, j.platform::VARCHAR AS platform,
        j.carrier::VARCHAR AS carrier, j.scheme_id::VARCHAR AS scheme_id, j.package_name::VARCHAR AS package_name,
        j.device_id::VARCHAR AS device_id, j.phone::VARCHAR AS phone, j.latency_ms::VARCHAR AS latency_ms,
        j.sdk_version::VARCHAR AS sdk_version, j.os_version::VARCHAR AS os_version,
        j.attempt_id::VARCHAR AS attempt_id, j.account_id::VARCHAR AS account_id
    FROM parsed
)
SELECT
    line,
    is_strict AND has_unique_keys
        AND (is_json_string(event_id) OR regexp_full_match(event_id, '[1-9]\d*'))
        AND (is_json_string(event_time) OR regexp_full_match(event_time, '[1-9]\d*'))
        AND is_json_string(app_key) AND is_json_string(channel) AND is_json_string(stage)
        AND (outcome IS NULL OR is_json_string(outcome))
        AND (result_code IS NULL OR is_json_string(result_code) OR regexp_full_match(result_code, '-?[1-9]\d*|0'))
        AND (vendor IS NULL OR is_json_string(vendor)) AND (platform IS NULL OR is_json_string(platform))
        AND (carrier IS NULL OR is_json_string(carrier)) AND (scheme_id IS NULL OR is_json_string(scheme_id))
        AND (package_name IS NULL OR is_json_string(package_name))
        AND (device_id IS NULL OR is_json_string(device_id)) AND (phone IS NULL OR is_json_string(phone))
        AND (sdk_version IS NULL OR is_json_string(sdk_version))
        AND (os_version IS NULL OR is_json_string(os_version))
        AND (attempt_id IS NULL OR is_json_string(attempt_id))
        AND (account_id IS NULL OR is_json_string(account_id)) AS is_plain,
    json_text(event_id, has_escape) AS event_id,
    json_text(event_time, has_escape) AS event_time,
    json_text(app_key, has_escape) AS app_key,
    json_text(channel, has_escape) AS channel,
    json_text(stage, has_escape) AS stage,
    json_text(outcome, has_escape) AS outcome,
    json_text(result_code, has_escape) AS result_code,
    json_text(vendor, has_escape) AS vendor,
    json_text(platform, has_escape) AS platform,
    json_text(carrier, has_escape) AS carrier,
    json_text(scheme_id, has_escape) AS scheme_id,
    json_text(package_name, has_escape) AS package_name,
    json_text(device_id, has_escape) AS device_id,
    json_text(phone, has_escape) AS phone,
    -- A number is its digits; a text under latency_ms is no number and fails the digits of typed_fields.
    latency_ms,
    json_text(sdk_version, has_escape) AS sdk_version,
    json_text(os_version, has_escape) AS os_version,
    json_text(attempt_id, has_escape) AS attempt_id,
    json_text(account_id, has_escape) AS account_id
FROM named
