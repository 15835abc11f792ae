"""Compares published tables with the independent count, cell by cell.

Tests over random logs and the trial of engines call it. `lab/oracle` counts without any code of the product.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from lab.oracle import counts, records, trends
from lab.oracle.counts import Row
from lab.worlds.random_events import Scene
from pipelines.contract.tables.tables import TABLES

CODES = counts.read_codes(Path(__file__).parents[1] / "pipelines" / "contract" / "registry" / "result_codes.csv")
AS_OF = date(2026, 11, 12)
SHANGHAI = "Asia/Shanghai"
SESSION_TABLES = (
    "session_daily", "session_paths_daily", "session_stops_daily", "funnel_daily", "session_times_daily",
    "session_books",
)  # fmt: skip
_TABLES = (
    *SESSION_TABLES, "usage_daily", "channel_daily", "channel_detail_daily", "outcome_daily", "latency_daily",
    "login_trend", "login_trend_summary", "day_quality", "nulled_fields",
)  # fmt: skip
KEYS = {name: TABLES[name].key for name in _TABLES} | {
    "usage_7d": ("app_key",),
    "usage_30d": ("app_key",),
    "usage_month": ("month", "app_key"),
    # The count has no checksums; the worlds have one content of each path.
    "input_files": ("path",),
}
# Copies of a record are compared by their hashed fields, so both sides need the same key.
KEY = "a key of the independent count"


def scene(zone: str = SHANGHAI, *, has_edges: bool = True, has_every_day: bool = False) -> Scene:
    """Return the parameters of random data folders (see `Scene`).

    `clock_ms` is the present time, because the runs on these folders use the machine's clock.
    """
    return Scene(AS_OF, ZoneInfo(zone), int(time.time() * 1000), CODES, has_edges, has_every_day)


def published(data: Path, table: str, columns: Iterable[str]) -> list[Row]:
    """Return the rows of a published table, with the given columns."""
    names = list(columns)
    listed = ", ".join(f'"{name}"' for name in names)
    with closing(duckdb.connect(str(data / "warehouse" / "authmeter.duckdb"), read_only=True)) as connection:
        rows = connection.execute(f'SELECT {listed} FROM "{table}"').fetchall()
    return [dict(zip(names, row, strict=True)) for row in rows]


def differences(expected: list[Row], actual: list[Row], key: tuple[str, ...]) -> list[str]:
    """Return a text for each row or cell that differs, in the order of the key."""

    def by_key(rows: list[Row]) -> dict[tuple[object, ...], Row]:
        return {tuple(row[name] for name in key): row for row in rows}

    wanted, found = by_key(expected), by_key(actual)
    lines = [f"{len(actual) - len(found)} rows have the key of another"] if len(actual) != len(found) else []
    for at in sorted({*wanted, *found}, key=lambda values: [(value is not None, str(value)) for value in values]):
        where = ", ".join(f"{name}={value!r}" for name, value in zip(key, at, strict=True))
        if at not in found:
            lines.append(f"missing row: {where}")
        elif at not in wanted:
            lines.append(f"row too many: {where}")
        else:
            lines += [
                f"{where}: {name} is {found[at][name]!r}, counted {value!r}"
                for name, value in wanted[at].items()
                if not is_same(found[at][name], value)
            ]
    return lines


def is_same(found: object, counted: object) -> bool:
    """Whether two values are equal and of the same type. Floats may differ by rounding."""
    if isinstance(found, float) and isinstance(counted, float):
        return math.isclose(found, counted, rel_tol=1e-12, abs_tol=1e-12)
    return type(found) is type(counted) and found == counted


def counted(data: Path, of: Scene) -> dict[str, list[Row]]:
    """Return the expected rows of each table, counted from the landing folder of `data`."""
    landing = records.read_landing(data / "landing", records.limits(of.as_of, of.clock_ms, of.zone, KEY))
    apps = counts.read_apps(data / "registry" / "apps.csv")
    nulled = sorted(landing.nulled.items())
    return trends.tables(landing.records, apps, of.codes, of.as_of, of.zone) | {
        "input_files": [books._asdict() for books in landing.files],
        "nulled_fields": [{"path": path, "field": field, "records": count} for (path, field), count in nulled],
        "rejected_records": [reject._asdict() for reject in landing.rejects],
    }


def wrong_tables(data: Path, expected: dict[str, list[Row]]) -> dict[str, list[str]]:
    """Return texts for the differences between published and counted rows, by table. Tables without a difference are
    left out.
    """
    report: dict[str, list[str]] = {}
    for table, key in KEYS.items():
        columns = expected[table][0] if expected[table] else key
        report[table] = differences(expected[table], published(data, table, columns), key)
    wanted, found = (
        Counter(str(tuple(row.values())) for row in rows)
        for rows in (expected["rejected_records"], published(data, "rejected_records", records.Reject._fields))
    )
    report["rejected_records"] = [f"lacks {reject}" for reject in sorted((wanted - found).elements())]
    report["rejected_records"] += [f"too many {reject}" for reject in sorted((found - wanted).elements())]
    return {table: [*lines[:10], f"{len(lines)} differences"] for table, lines in report.items() if lines}


def assert_as_counted(data: Path, of: Scene) -> None:
    """Assert that every published table of `data` is equal to the count of its landing folder."""
    assert wrong_tables(data, counted(data, of)) == {}
