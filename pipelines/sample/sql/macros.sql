-- A number from 0 to under 1 for a block of a chosen day. The numbers of successive blocks are spread evenly:
-- blocks drawn at random would make the counts of a day six times as noisy as people who come one by one. With different
-- primes the numbers of a block are even also when taken together (Richtmyer's sequence).
CREATE TEMP MACRO sample_even(day_no, block_no, prime) AS (
    (hash(getvariable('block_key')[day_no] + prime) >> 32) / 4294967296.0 + block_no * sqrt(prime)
) % 1;

-- The device of a visit on a chosen day, as its hash. Visits take the devices in turn, so that nobody returns to an app
-- within minutes.
CREATE TEMP MACRO sample_device(day_no, visit_no) AS (
    hash(getvariable('device_key') + (getvariable('first_device')[day_no] + visit_no) % getvariable('devices')) >> 1
)::BIGINT;

-- The device of a local verification, chosen at random: people check their number repeatedly, now and then within
-- minutes.
CREATE TEMP MACRO sample_device_again(day_no, visit_no) AS (
    hash(
        getvariable('device_key')
        + (hash(getvariable('person_key')[day_no] + visit_no) >> 1)::BIGINT % getvariable('devices')
    ) >> 1
)::BIGINT;

-- The carrier of a device: 1 CMCC, 2 CUCC, 3 CTCC, 4 another.
CREATE TEMP MACRO sample_carrier(device_hash) AS CASE
    WHEN (device_hash & 1023) / 1024.0 < 0.5 THEN 1
    WHEN (device_hash & 1023) / 1024.0 < 0.73 THEN 2
    WHEN (device_hash & 1023) / 1024.0 < 0.95 THEN 3
    ELSE 4
END;
