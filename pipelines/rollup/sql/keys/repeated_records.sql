-- grain: as key_records, for keys that may occur more than once
SELECT * EXCLUDE (key_hash) FROM key_records JOIN repeated_keys ON key_hash = hash(key_number, app, low)
