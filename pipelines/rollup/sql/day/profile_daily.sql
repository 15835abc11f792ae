-- grain: day, measure, whole, part: parts of the day's records that no other table counts; part '' is the whole itself
WITH parts AS (
    SELECT day, 'hour' AS measure, source AS whole, unnest(['', format('{:02d}', hour)]) AS part, records AS amount
    FROM source_hours
    UNION ALL
    SELECT
        day,
        'field',
        '',
        unnest([
            {'part': '', 'amount': records},
            {% for name in ABSENT_FIELDS -%}
            {'part': '{{ name }}', 'amount': CASE WHEN {{ name }} IS NOT NULL THEN records END},
            {% endfor -%}
            {'part': 'carrier', 'amount': CASE WHEN carrier <> 'unknown' THEN records END},
            {'part': 'platform', 'amount': CASE WHEN platform <> 'unknown' THEN records END},
            {'part': 'os_version', 'amount': with_os_version},
            {'part': 'device_id', 'amount': with_device_id},
            {'part': 'phone', 'amount': with_phone},
            {'part': 'attempt_id', 'amount': with_attempt_id},
            {'part': 'account_id', 'amount': with_account_id},
            {'part': 'latency_ms', 'amount': with_latency_ms}
        ], recursive := true)
    FROM counts
    UNION ALL
    -- Devices that answered in only one channel, and how many of these answered once.
    SELECT day, 'lone_device', channel_of(number), unnest(['', 'once']), unnest([devices, lone_devices])
    FROM device_sets
    JOIN batch_days USING (day_number)
    JOIN (SELECT unnest(channel_numbers()) AS number) ON channels = channel_bit(number)
)
SELECT day, measure, whole, part, sum(amount)::BIGINT AS amount
FROM parts
WHERE amount > 0
GROUP BY ALL
ORDER BY day, measure, whole, part
