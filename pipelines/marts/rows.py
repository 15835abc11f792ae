"""The mart rows that are not read from Parquet files: books, registry, dictionaries, checks, incidents."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

import polars as pl
import pyarrow as pa

from pipelines.common.days import days_between
from pipelines.common.text import same
from pipelines.contract.checks import CheckResult
from pipelines.contract.measures.metrics import METRICS
from pipelines.contract.record.channels import DECLARED, Channel
from pipelines.contract.record.masking import masked_value
from pipelines.contract.registry.registry import APP_COLUMNS, CODE_COLUMNS, SCHEME_COLUMNS, Registry, registry_time
from pipelines.contract.settings.channels import channels_of
from pipelines.contract.settings.settings import Settings
from pipelines.contract.tables.tables import TABLES
from pipelines.incidents.all_incidents import AllIncidents
from pipelines.incidents.data_metrics import SHORT_DAY
from pipelines.incidents.usual.volumes import is_short, usual_records
from pipelines.reading.reasons.reasons import words_of
from pipelines.reading.reasons.unread import kinds_of
from pipelines.store.manifest import FileEntry, Manifest
from pipelines.store.store import Store

_TYPES = {
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "DATE": pa.date32(),
    "BOOLEAN": pa.bool_(),
    "VARCHAR": pa.string(),
    "TIMESTAMP": pa.timestamp("us"),
    "TIMESTAMPTZ": pa.timestamp("us", tz="UTC"),
}


def listed_rows(
    store: Store,
    manifest: Manifest,
    settings: Settings,
    registry: Registry,
    checks: list[CheckResult],
    billing: Mapping[str, pl.DataFrame],
    incidents: AllIncidents,
) -> dict[str, pa.Table]:
    """Return the rows that the SQL of the marts reads from memory, except incidents, as Arrow tables by their name in
    that SQL.

    `billing` has the tables that `billing_tables` returned, without those that `build.py` fills on its second
    connection.
    """
    late = manifest.late_records
    days = sorted(manifest.days.items())
    counted = {day: entry.counted for day, entry in days}
    # From the first day with records to the as-of.
    spine = list(days_between(days[0][0], manifest.as_of)) if days and manifest.as_of else []
    live = manifest.live_files()
    restated = frozenset(manifest.restated_sessions)
    return {
        "registered_apps": _texts(APP_COLUMNS, registry.apps, settings.timezone),
        "known_channels": _rows(
            "channel name_zh name_en channel_group is_login:BOOLEAN place:INTEGER is_declared:BOOLEAN",
            _channels(manifest, settings),
        ),
        "listed_schemes": _texts(SCHEME_COLUMNS, registry.schemes, settings.timezone),
        "listed_result_codes": _texts(CODE_COLUMNS, registry.codes, settings.timezone),
        "listed_metrics": _rows(
            _declared("metrics"),
            ([m.name, m.label.zh, m.label.en, m.unit, m.meaning.zh, m.meaning.en, m.formula, m.caveat.zh, m.caveat.en,
              m.is_additive] for m in METRICS.values()),
        ),
        "day_books": _rows(
            "day:DATE accepted:BIGINT counted:BIGINT unmapped:BIGINT late:BIGINT are_sessions_restated:BOOLEAN",
            ([day, entry.accepted, entry.counted, entry.unmapped, late[day], day in restated] for day, entry in days),
        ),
        "usual_volumes": _rows(
            "day:DATE usual_records:BIGINT is_holiday:BOOLEAN is_short:BOOLEAN",
            _usual_days(spine, counted, settings, incidents),
        ),
        "listed_input_files": _rows(
            _declared("input_files"), sorted(_input_files(manifest, settings), key=lambda row: row[:2]),
        ),
        "listed_nulled_fields": _rows(
            _declared("nulled_fields"),
            ([path, name, count] for (path, name), count in sorted(_nulled_fields(live).items())),
        ),
        "rejects_paths": _rows(
            "filename file:INTEGER path sha256",
            ([str(store.rejects_file(e.part)), e.place, e.path, e.sha256] for e in live if e.part and e.rejected),
        ),
        "registry_problems": _rows(
            "path line:BIGINT reason record",
            ([p.path, p.line, p.reason, p.record if p.is_as_written else masked_value(p.record)]
             for p in registry.problems),
        ),
        "listed_check_results": _rows(
            _declared("check_results"),
            ([c.check_name, c.severity, c.passed, c.day, c.detail.en, c.detail.zh] for c in checks),
        ),
        **{f"listed_{name}": rows.to_arrow() for name, rows in billing.items()},
        "listed_resource_package_readings": _rows(
            _declared("resource_package_readings"),
            ([one.resource_package_id, one.read_at, one.remaining] for one in registry.bought.readings),
        ),
        "listed_notes": _rows(
            _declared("notes"),
            ([date.fromisoformat(str(note["day"])), *(note[name] for name in ("app_key", "text", "incident_id"))]
             for note in registry.notes),
        ),
        "listed_publication": _rows(
            _declared("publication"),
            [[manifest.as_of, manifest.run, _instant(manifest.generated_at), settings.timezone,
              days[0][0] if days else None, store.is_of_sample]],
        ),
    }  # fmt: skip


def _usual_days(
    days: list[date], counted: Mapping[date, int], settings: Settings, incidents: AllIncidents
) -> Iterator[list[Any]]:
    holidays = settings.holidays_among([*counted, *days])
    short_days = [one for one in incidents.rows if one.metric == SHORT_DAY]
    for day in days:
        usual = usual_records(day, counted, holidays)
        short = is_short(day, counted.get(day, 0), usual, settings.jump_warn_ratio, short_days)
        yield [day, usual, day in holidays, short]


def incident_rows(incidents: AllIncidents) -> dict[str, pa.Table]:
    """Return the rows of the tables of incidents, by the names of the relations from which `build.py` fills them."""
    return {
        "listed_incidents": _of_table("incidents", (one.as_row() for one in incidents.rows)),
        "listed_incident_cells": _of_table("incident_cells", incidents.cells.iter_rows(named=True)),
        "listed_withdrawn_incidents": _of_table(
            "withdrawn_incidents", (one.as_row() | {"run": run} for one, run in incidents.withdrawn)
        ),
    }


def _channels(manifest: Manifest, settings: Settings) -> Iterator[list[Any]]:
    """Yield a row for each channel: channels of authmeter and of the settings, then channels that only older settings
    had.
    """
    known = {one.key: one for one in (*DECLARED, *channels_of(settings.channels))}
    removed = {key: Channel(key, same(key), "other") for key in manifest.declared_channels if key not in known}
    for place, (key, one) in enumerate((known | removed).items()):
        yield [key, one.label.zh, one.label.en, one.group, one.is_login, place, key in known]


def _input_files(manifest: Manifest, settings: Settings) -> Iterator[list[Any]]:
    """Yield a row for each content that was read or refused, and for each file that no source reads."""
    for e in manifest.files:
        counts = [e.records_read, e.accepted, e.rejected, e.skipped]
        finding = words_of(e.finding).en if e.finding else None
        first_read = _instant(e.first_read_at)
        yield [e.path, e.sha256, e.bytes, e.source, *counts, first_read, e.status, sum(e.nulled.values()),
               e.closed_through, finding]  # fmt: skip
    for path, kind in kinds_of(manifest, settings.ignore).items():
        file = manifest.unread_files[path]
        seen = _instant(file.first_seen_at)
        yield [path, file.sha256, file.bytes, "", 0, 0, 0, 0, seen, "unread", 0, None, kind and kind.en]


def _nulled_fields(live: Iterable[FileEntry]) -> Counter[tuple[str, str]]:
    """Return the number of records by path and field that became NULL. Two contents of a path may both count."""
    nulled: Counter[tuple[str, str]] = Counter()
    for entry in live:
        nulled.update({(entry.path, name): count for name, count in entry.nulled.items()})
    return nulled


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _of_table(table: str, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Return an Arrow table of the rows, with the columns and types of a published table."""
    return _rows(_declared(table), ([row[name] for name in TABLES[table].columns] for row in rows))


def _declared(table: str) -> str:
    """Return the columns of a published table in the format of `_rows`."""
    return " ".join(f"{name}:{kind}" for name, kind in TABLES[table].columns.items())


def _texts(columns: tuple[str, ...], rows: list[dict[str, str | None]], zone: str) -> pa.Table:
    """Return an Arrow table of the rows of a registry file; `created_at` is in the local time of the zone."""
    typed = (f"{name}:TIMESTAMP" if name == "created_at" else name for name in columns)

    def value(name: str, text: str | None) -> object:
        return registry_time(text, zone) if text and name == "created_at" else text

    return _rows(" ".join(typed), ([value(name, row[name]) for name in columns] for row in rows))


def _rows(columns: str, rows: Iterable[list[Any]]) -> pa.Table:
    """Return an Arrow table of the rows; `columns` lists `name` (text) or `name:TYPE`, with blanks between."""
    named = [column.partition(":") for column in columns.split()]
    schema = pa.schema([(name, _TYPES[kind or "VARCHAR"]) for name, _, kind in named])
    taken = list(rows)
    return pa.table([pa.array([row[i] for row in taken], type=f.type) for i, f in enumerate(schema)], schema=schema)
