-- The device of a person of the chosen day, and the carrier of a device: 1 CMCC, 2 CUCC, 3 CTCC, 4 another.
CREATE TEMP MACRO sample_device(person_no) AS (
    hash(
        getvariable('device_key')
        + (hash(getvariable('person_key') + person_no) >> 1)::BIGINT % getvariable('devices')
    ) >> 1
)::BIGINT;

CREATE TEMP MACRO sample_carrier(device_hash) AS CASE
    WHEN (device_hash & 1023) / 1024.0 < 0.5 THEN 1
    WHEN (device_hash & 1023) / 1024.0 < 0.73 THEN 2
    WHEN (device_hash & 1023) / 1024.0 < 0.95 THEN 3
    ELSE 4
END;
