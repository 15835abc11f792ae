-- Macros of the ingest statements.
-- Whether the JSON text of a value is a string: it begins with a quote. A comparison of bytes, 1 ns; starts_with takes 16.
CREATE MACRO is_json_string(value) AS value >= '"' AND value < '#';
-- The text of a JSON string, of a number its digits. Without an escape its only quotes are the two around it, and
-- taking them out costs a tenth of trim.
CREATE MACRO json_text(value) AS
    CASE WHEN contains(value, '\') AND is_json_string(value) THEN value ->> '$' ELSE replace(value, '"', '') END;
-- The instant of a local time; of an hour that comes twice the first, where DuckDB takes the second.
CREATE MACRO first_instant(local_time, zone) AS
    CASE WHEN ((local_time AT TIME ZONE zone) - INTERVAL 1 HOUR) AT TIME ZONE zone = local_time
        THEN (local_time AT TIME ZONE zone) - INTERVAL 1 HOUR
        ELSE local_time AT TIME ZONE zone
    END;
