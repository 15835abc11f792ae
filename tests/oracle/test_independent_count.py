"""Every cell of the published tables against the independent count, over random landing folders."""

from __future__ import annotations

import math
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from tests.oracle import counts, raw_rows, records, trends
from tests.oracle.counts import Row
from tests.oracle.random_events import Scene
from tests.oracle.random_logs import write_data
from tests.published_folder import Call
from tests.support import published_rows

REPO = Path(__file__).parents[2]
CODES = counts.read_codes(REPO / "pipelines" / "contract" / "registry" / "result_codes.csv")
AS_OF = date(2026, 11, 12)
SHANGHAI = "Asia/Shanghai"
DETAIL_KEY = ("day", "app_key", "channel", "platform", "scheme_id", "package_name", "carrier")
OUTCOME_KEY = (
    *DETAIL_KEY[:3],
    "stage",
    "platform",
    "carrier",
    "sdk_version",
    "outcome",
    "vendor",
    "result_code",
)
SUMMARY_KEY = ("as_of", "window_days", "app_key", "channel")
SESSION_KEYS = {
    "session_daily": ("day", "app_key", "entry_channel", "platform", "carrier", "sdk_version", "scheme_id"),
    "session_paths_daily": ("day", "app_key", "failed_channel", "failure", "way", "signed_in_by"),
    "session_stops_daily": ("day", "app_key", "channel", "stage", "outcome"),
    "funnel_daily": ("day", "app_key", "platform", "carrier", "sdk_version", "scheme_id"),
    "session_times_daily": ("day", "app_key", "step"),
    "session_books": ("day", "app_key"),
}
KEYS = {
    **SESSION_KEYS,
    "usage_daily": ("day", "app_key"),
    "channel_daily": ("day", "app_key", "channel"),
    "channel_detail_daily": DETAIL_KEY,
    "outcome_daily": OUTCOME_KEY,
    "latency_daily": ("day", "channel"),
    "login_trend": (*SUMMARY_KEY, "day"),
    "login_trend_summary": SUMMARY_KEY,
    "usage_7d": ("app_key",),
    "usage_30d": ("app_key",),
    "usage_month": ("month", "app_key"),
    "day_quality": ("day",),
    "input_files": ("path",),
    "nulled_fields": ("path", "field"),
}
# Of the hashes: copies of a record compare by them.
KEY = "a key of the independent count"


def scene(zone: str = SHANGHAI, *, has_edges: bool = True, has_every_day: bool = False) -> Scene:
    """What the folders of these tests are about; the clock is that of the runs to come."""
    return Scene(AS_OF, ZoneInfo(zone), int(time.time() * 1000), CODES, has_edges, has_every_day)


Run = Callable[[Path, date], None]


@pytest.fixture
def run(call: Call, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the product on a data folder; a warning (exit 3) is no failure here."""
    monkeypatch.setenv("AUTHMETER_HASH_KEY", KEY)

    def ended(data: Path, day: date) -> None:
        done = call("run", "--day", day, data=data)
        assert done.code in (0, 3), done

    return ended


def published(data: Path, table: str, columns: Iterable[str]) -> list[Row]:
    """Some columns of a published table."""
    names = list(columns)
    listed = ", ".join(f'"{name}"' for name in names)
    rows = published_rows(data / "warehouse" / "authmeter.duckdb", f'SELECT {listed} FROM "{table}"')
    return [dict(zip(names, row, strict=True)) for row in rows]


def differences(expected: list[Row], actual: list[Row], key: tuple[str, ...]) -> list[str]:
    """One readable line for each row or cell that differs, in the order of the key."""

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
    """Equal, of the same kind; a rate may differ by the last bits of its division."""
    if isinstance(found, float) and isinstance(counted, float):
        return math.isclose(found, counted, rel_tol=1e-12, abs_tol=1e-12)
    return type(found) is type(counted) and found == counted


def assert_as_counted(data: Path, of: Scene) -> None:
    """Reads the landing folder independently and compares every table and the rejects."""
    landing = records.read_landing(data / "landing", records.limits(of.as_of, of.clock_ms, of.zone, KEY))
    apps = counts.read_apps(data / "registry" / "apps.csv")
    expected = trends.tables(landing.records, apps, of.codes, of.as_of, of.zone)
    expected["input_files"] = [books._asdict() for books in landing.files]
    nulled = sorted(landing.nulled.items())
    expected["nulled_fields"] = [{"path": path, "field": field, "records": count} for (path, field), count in nulled]
    report: list[str] = []
    for table, key in KEYS.items():
        columns = expected[table][0] if expected[table] else key
        lines = differences(expected[table], published(data, table, columns), key)
        report += [f"{table}: {line}" for line in lines[:10]]
        report += [f"{table}: {len(lines)} differences in all"] if lines[10:] else []
    counted = Counter(str(tuple(reject)) for reject in landing.rejects)
    rows = published(data, "rejected_records", records.Reject._fields)
    found = Counter(str(tuple(row.values())) for row in rows)
    report += [f"rejected_records: lacks {reject}" for reject in sorted((counted - found).elements())[:20]]
    report += [f"rejected_records: too many {reject}" for reject in sorted((found - counted).elements())[:20]]
    assert not report, "\n".join(report)


def test_one_run(run: Run, tmp_path: Path) -> None:
    of = scene(has_every_day=True)
    write_data(tmp_path, 1, of)
    run(tmp_path, AS_OF)
    assert_as_counted(tmp_path, of)


@pytest.mark.length
def test_another_business_zone(run: Run, tmp_path: Path) -> None:
    of = scene("America/New_York")
    write_data(tmp_path, 4, of)
    (tmp_path / "authmeter.toml").write_text('timezone = "America/New_York"\n')
    run(tmp_path, AS_OF)
    assert_as_counted(tmp_path, of)


@pytest.mark.length
def test_the_same_files_over_three_runs(run: Run, tmp_path: Path) -> None:
    """Whatever came late or waited for its day, the last run shows what one run over all files would."""
    of = scene(has_edges=False)
    everything, data = tmp_path / "all", tmp_path / "data"
    write_data(everything, 5, of)
    for given in ("registry", "sources"):
        shutil.copytree(everything / given, data / given)
    names = sorted(path.relative_to(everything) for path in raw_rows.log_files(everything / "landing"))
    Random(5).shuffle(names)
    for arrival in range(3):
        for name in names[arrival::3]:
            (data / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(everything / name, data / name)
        run(data, AS_OF - timedelta(days=2 - arrival))
    assert_as_counted(data, of)
