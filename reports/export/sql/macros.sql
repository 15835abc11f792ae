-- Columns of an exported record: phones and devices as hashes and masks, times in UTC.
CREATE TEMP MACRO exported_record(row) AS {
    'event_id': row.event_id,
    'event_time': strftime(row.event_time, '%Y-%m-%dT%H:%M:%S.%gZ'),
    'day': row.day,
    'app_key': row.app_key,
    'channel': row.channel,
    'stage': row.stage,
    'outcome': row.outcome,
    'result_code': row.result_code,
    'vendor': row.vendor,
    'platform': row.platform,
    'carrier': carrier_of(row.carrier),
    'scheme_id': row.scheme_id,
    'package_name': row.package_name,
    'device_hash': hash_text(row.device_high, row.device_low),
    'phone_hash': hash_text(row.phone_high, row.phone_low),
    'phone_mask': row.phone_mask,
    'latency_ms': row.latency_ms,
    'sdk_version': row.sdk_version,
    'os_version': row.os_version,
    'attempt_id': row.attempt_id,
    'account_id': row.account_id
};
