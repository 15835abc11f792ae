-- A number that identifies a row in a list of files.
CREATE TEMP MACRO row_of(file_index, row_number) AS file_index::BIGINT * 68719476736 + row_number;
-- The number of a record's row in its file, from its `record_number`.
CREATE TEMP MACRO row_in_file(record_number) AS record_number & 68719476735;
-- The records of parts as declared in `contract/record/parts.py`, with `filename` and `record_number`. Record numbers
-- begin at `first`.
CREATE TEMP MACRO records_of(files, first) AS TABLE
    SELECT *, filename, first + row_of(file_index, file_row_number) AS record_number
    FROM read_parquet(files, hive_partitioning = false);
-- One half of a hash as a signed number.
CREATE TEMP MACRO signed_half(half) AS
    (half::HUGEINT - CASE WHEN half >= 9223372036854775808 THEN 18446744073709551616 ELSE 0 END)::BIGINT;
-- Parts of the first versions, of one file each: hashes in one column, a normalized carrier, and no day in rows that
-- needed exact parsing.
CREATE TEMP MACRO older_records_of(files, first) AS TABLE
    SELECT
        0::INTEGER AS file,
        event_id,
        event_time,
        day,
        app_key,
        channel,
        stage,
        outcome,
        result_code,
        vendor,
        platform,
        CASE WHEN has_carrier THEN carrier END AS carrier,
        scheme_id,
        package_name,
        signed_half(device_hash::UHUGEINT >> 64) AS device_high,
        signed_half(device_hash::UHUGEINT & 18446744073709551615::UHUGEINT) AS device_low,
        signed_half(phone_hash::UHUGEINT >> 64) AS phone_high,
        signed_half(phone_hash::UHUGEINT & 18446744073709551615::UHUGEINT) AS phone_low,
        phone_mask,
        latency_ms,
        sdk_version,
        os_version,
        attempt_id,
        account_id,
        filename,
        first + row_of(file_index, file_row_number) AS record_number
    FROM read_parquet(files, hive_partitioning = false)
    WHERE day IS NOT NULL;
-- Kept rejected records. Parts of the first versions have no file column if they hold one file, and kept every record.
CREATE TEMP MACRO rejects_of(files) AS TABLE
    SELECT coalesce(file, 0) AS file, line, reason, record, masking_version, coalesce(rejected, 1) AS rejected, filename
    FROM (
        SELECT NULL::INTEGER AS file, NULL::INTEGER AS masking_version, NULL::BIGINT AS rejected WHERE false
        UNION ALL BY NAME
        SELECT *, filename FROM read_parquet(files, union_by_name = true, hive_partitioning = false)
    );
