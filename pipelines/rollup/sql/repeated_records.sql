-- grain: as key_records, of those whose key may come more than once
SELECT * EXCLUDE (key_hash) FROM key_records JOIN repeated_keys ON key_hash = hash(key_number, app, low)
