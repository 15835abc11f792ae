-- grain: key_number, app, channel: the keys (devices, phones or apps) that occur once, and their uses
SELECT key_number, app, channel, count(*) AS keys, sum(uses)::BIGINT AS uses
FROM key_records
ANTI JOIN repeated_keys ON key_hash = hash(key_number, app, low)
GROUP BY ALL
