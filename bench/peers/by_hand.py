"""A short script that does the work of authmeter with DuckDB and Polars, without the project's guarantees.

Every field is read as text. Required fields are checked, other fields are typed or dropped, and device and phone are
replaced by an HMAC. The records are written to one Parquet file, which is grouped as in the bare job. The script has no
rejected lines with reasons, no de-duplication, no restatements, no code dictionary and no site.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import polars as pl
import polars_hash as plh
import pyarrow as pa
import pyarrow.parquet as pq
from job import TEXT_FIELDS, ZONE, answer, files

KEY = "0" * 64
ROWS = 122_880
COLUMNS = dict.fromkeys((*TEXT_FIELDS, "event_time", "latency_ms"), "VARCHAR")
ENUMS = {
    "channel": "'one_click', 'local_verify', 'wechat', 'qq', 'weibo', 'sms'",
    "stage": "'prefetch', 'page', 'click', 'authorize', 'verify', 'login'",
    "outcome": "'success', 'mismatch', 'unknown', 'cancelled', 'switched', 'unsupported', 'carrier_error', "
    "'config_error', 'timeout', 'limited', 'quota_exhausted', 'unchecked', 'error'",
    "platform": "'android', 'ios', 'ipad', 'harmony', 'h5'",
}
PERSONAL = ("device_id", "phone")
TEXTS = [name for name in TEXT_FIELDS if name not in ("app_key", *ENUMS)]
# Few distinct values: a dictionary makes these small, and only costs time in the others.
REPEATED = [
    "app_key", "channel", "stage", "outcome", "result_code", "vendor", "platform", "carrier", "scheme_id",
    "package_name", "sdk_version", "os_version",
]  # fmt: skip

RULES = [
    r"CASE WHEN regexp_full_match(event_time, '\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)') "
    "THEN TRY_CAST(event_time AS TIMESTAMPTZ) END AS event_time",
    "CASE WHEN regexp_full_match(app_key, '[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}') THEN app_key END AS app_key",
    r"CASE WHEN regexp_full_match(latency_ms, '\d{1,6}') THEN latency_ms::INTEGER END AS latency_ms",
    "CASE WHEN strlen(phone) >= 11 THEN left(phone, 3) || '****' || right(phone, 4) END AS phone_mask",
    *(f"TRY_CAST({name} AS ENUM({values})) AS {name}" for name, values in ENUMS.items()),
    *(f"CASE WHEN length({name}) BETWEEN 1 AND 128 THEN {name} END AS {name}" for name in TEXTS),
]
READ = f"""
    SELECT *, event_time::DATE AS day
    FROM (
        SELECT {", ".join(RULES)}
        FROM read_json($files, format = 'newline_delimited', columns = $columns, ignore_errors = true)
    )
    WHERE event_id IS NOT NULL AND event_time IS NOT NULL AND app_key IS NOT NULL AND channel IS NOT NULL
        AND stage IS NOT NULL AND (outcome IS NOT NULL OR result_code IS NOT NULL)
"""
GROUP = """
    SELECT
        day,
        app_key,
        channel,
        count(*) AS records,
        count(*) FILTER (outcome = 'success') AS successes,
        count(DISTINCT device_id) AS devices
    FROM read_parquet($file)
    GROUP BY ALL
"""


def hashed(batch: pa.RecordBatch) -> pa.Table:
    """Return the batch as a table in which device and phone are replaced by the first 16 bytes of their HMAC."""
    hashes = [plh.col(name).chash.hmac_sha256(key=KEY).str.head(32).str.decode("hex") for name in PERSONAL]
    personal = pl.from_arrow(pa.Table.from_batches([batch.select(PERSONAL)])).select(hashes).to_arrow()
    table = pa.Table.from_batches([batch]).drop_columns(list(PERSONAL))
    for name in PERSONAL:
        table = table.append_column(name, personal[name])
    return table


def write(batches: pa.RecordBatchReader, file: Path) -> None:
    """Write all batches to `file`; a batch is hashed and written while the next one is read."""
    writer: pq.ParquetWriter | None = None

    def add(batch: pa.RecordBatch) -> None:
        nonlocal writer
        table = hashed(batch)
        if writer is None:
            writer = pq.ParquetWriter(
                file, table.schema, compression="zstd", use_dictionary=REPEATED, write_statistics=["day"]
            )
        writer.write_table(table)

    with ThreadPoolExecutor(max_workers=1) as worker:
        before: Future[None] | None = None
        for batch in batches:
            added = worker.submit(add, batch)
            if before is not None:
                before.result()
            before = added
        if before is not None:
            before.result()
    if writer is not None:
        writer.close()


connection = duckdb.connect()
connection.execute("SET TimeZone = ?", [ZONE])
connection.execute("SET streaming_buffer_size = '64MB'")
with TemporaryDirectory() as folder:
    part = Path(folder) / "records.parquet"
    write(connection.sql(READ, params={"files": files(), "columns": COLUMNS}).to_arrow_reader(ROWS), part)
    rows = connection.execute(GROUP, {"file": str(part)}).fetchall()
answer(len(rows), sum(row[3] for row in rows), sum(row[4] for row in rows), sum(row[5] for row in rows))
