-- Grain: one row per record of sample_draws: day_no and record_no, by which records are selected, and the fields of the
-- log.
SELECT
    day_no,
    record_no,
    -- hash() maps 64-bit numbers one to one, so ids within a day never collide.
    hex(hash(getvariable('record_key')[day_no] + record_no)) AS event_id,
    strftime(day + to_milliseconds(ms_of_day), '%Y-%m-%dT%H:%M:%S.%g+08:00') AS event_time,
    app_key,
    channel,
    stage,
    CASE WHEN code IS NULL OR (record_hash >> 54) & 15 = 0 AND code <> '600099' THEN drawn_outcome END AS outcome,
    code AS result_code,
    CASE WHEN app_no % 2 = 0 AND channel IN ('one_click', 'local_verify') THEN 'umeng' END AS vendor,
    logged_platform AS platform,
    CASE
        WHEN NOT has_carrier THEN NULL
        WHEN vendor_words THEN ['cm_zyhl', 'cu_xw', 'ct_sjl', 'unknown'][carrier_no]
        ELSE ['CMCC', 'CUCC', 'CTCC', 'unknown'][carrier_no]
    END AS carrier,
    scheme_id,
    package_name,
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
    sdk_version,
    CASE WHEN stage IN ('verify', 'login') THEN NULL ELSE CASE platform
        WHEN 'ios' THEN ['16.7', '17.6', '18.5', '18.6'][1 + (device_hash >> 32) % 4]
        WHEN 'harmony' THEN ['5.0', '5.1'][1 + (device_hash >> 32) % 2]
        ELSE ['12', '13', '14', '15'][1 + (device_hash >> 32) % 4]
    END END AS os_version,
    hex(hash(getvariable('attempt_key')[day_no] + visit_no)) AS attempt_id,
    CASE WHEN app_no % 6 = 0 THEN account_id END AS account_id
FROM sample_draws
