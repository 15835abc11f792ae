"""Parts in the form of the first versions: a part for each file, hashes in one column, a normalized carrier."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.contract.record.fields import FIELD_NAMES
from pipelines.contract.settings.settings import Settings
from pipelines.store.database import workbench
from pipelines.store.store import Store

_TEXT = pa.string()
OLDER_EVENT_SCHEMA = pa.schema(
    [("line", pa.int64()), ("event_id", _TEXT), ("event_time", pa.timestamp("us")), ("day", pa.date32())]
    + [(name, _TEXT) for name in FIELD_NAMES[2:10]]
    + [("has_carrier", pa.bool_())]
    + [(name, _TEXT) for name in FIELD_NAMES[10:12]]
    + [("device_hash", pa.uuid()), ("phone_hash", pa.uuid()), ("phone_mask", _TEXT), ("latency_ms", pa.int32())]
    + [(name, _TEXT) for name in FIELD_NAMES[15:]]
)
OLDER_REJECT_SCHEMA = pa.schema([("line", pa.int64()), ("reason", _TEXT), ("record", _TEXT)])
_RECORDS = """
    SELECT NULL::BIGINT AS line, event_id, event_time, day, app_key, channel, stage, outcome, result_code, vendor,
        platform, carrier_of(carrier) AS carrier, carrier IS NOT NULL AS has_carrier, scheme_id, package_name,
        hash_text(device_high, device_low)::UUID AS device_hash, hash_text(phone_high, phone_low)::UUID AS phone_hash,
        phone_mask, latency_ms, sdk_version, os_version, attempt_id, account_id
    FROM read_parquet($file)
"""


def make_older(store: Store) -> int:
    """Rewrite the parts of a store in the form of an older version, and return their number. Each part must have the
    records of one file.
    """
    manifest = store.read_manifest()
    parts = {entry.part: store.part_folder(entry.part) for entry in manifest.files if entry.part}
    with workbench(Settings(), store.temp, [store.warehouse]) as connection:
        for folder in parts.values():
            _rewrite(connection.sql(_RECORDS, params={"file": str(folder / "records.parquet")}), folder, "events")
            (folder / "records.parquet").unlink()
            if (rejects := folder / "rejects.parquet").exists():
                query = "SELECT * EXCLUDE (file, masking_version, rejected) FROM read_parquet($file)"
                _rewrite(connection.sql(query, params={"file": str(rejects)}), folder, "rejects")
    for entry in manifest.files:
        entry.part_digest = None
    store.commit(manifest)
    return len(parts)


def _rewrite(rows: duckdb.DuckDBPyRelation, folder: Path, name: str) -> None:
    rows.write_parquet(str(folder / f"{name}.parquet"))
