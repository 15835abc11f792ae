"""The bare job in chDB, ClickHouse in the process."""

import chdb
from job import TEXT_FIELDS, ZONE, answer, files

STRUCTURE = ", ".join(
    [f"{name} Nullable(String)" for name in TEXT_FIELDS]
    + [f"event_time DateTime64(3, ''{ZONE}'')", "latency_ms Nullable(Int64)"]
)
PATTERN = files()[0] if len(files()) == 1 else "{" + ",".join(files()) + "}"

found = chdb.query(
    f"""
    SELECT count(), sum(records), sum(successes), sum(devices) FROM (
        SELECT
            toDate(event_time) AS business_day, app_key, channel,
            count() AS records, countIf(outcome = 'success') AS successes, uniqExact(device_id) AS devices
        FROM file('{PATTERN}', 'JSONEachRow', '{STRUCTURE}')
        GROUP BY business_day, app_key, channel
    )
    SETTINGS date_time_input_format = 'best_effort'
    """,
    "CSV",
)
answer(*(int(number) for number in str(found).strip().split(",")))
