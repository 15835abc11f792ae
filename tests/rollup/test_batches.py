"""A day's tables have the same bytes whether it is rolled up alone or in any batch of days."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.common.errors import AuthmeterError, BooksError
from pipelines.contract.settings.settings import Settings
from pipelines.engines.base import DayEvents
from pipelines.engines.duckdb.roller import DuckDBRoller
from pipelines.engines.steps import days_of
from pipelines.rollup import batches
from pipelines.rollup.batches import batches as batches_of
from pipelines.store.manifest import DayRows
from tests.support import DAY, CopyOf, DataFolder, days_before, record

DAYS = [days_before(DAY, back) for back in (4, 3, 1, 0)]
"""A day is missing among them."""


def some_days(folder: DataFolder) -> None:
    """Roll up days that share ids, devices, phones and apps, with copies, a late record and two bought packages."""
    for number, day in enumerate(DAYS):
        folder.land(
            f"{day}.ndjson",
            [
                record(
                    f"e{n % 37}", day, app_key=f"app{n % (2 + number)}", device_id=f"d{n % 11}",
                    phone=f"1380013{n % 7:04}",
                    stage=("login", "verify", "page")[n % 3], channel=("one_click", "local_verify")[n % 2],
                    latency_ms=n * (number + 1), result_code=("new", None)[n % 2], outcome=(None, "success")[n % 2],
                    event_time=f"{day}T{n % 24:02}:30:00+08:00",
                )
                for n in range(40)
            ],
        )  # fmt: skip
    folder.write(
        "registry/resource_packages.csv",
        f"resource_package_id,quantity,purchased_at\np,9,{DAYS[1]}T09:00:00+08:00\nq,9,{DAYS[3]}T12:00:00+08:00\n",
    )
    folder.roll_up()
    folder.land("late.ndjson", [record("late", DAYS[2], device_id="d1", stage="login")])
    folder.roll_up(days_before(DAY, -1))


@pytest.fixture
def together(copy_of: CopyOf) -> DataFolder:
    return copy_of(some_days)


def contents(folder: DataFolder) -> dict[date, str]:
    return {day: entry.content for day, entry in folder.manifest.days.items()}


def test_a_day_has_the_same_tables_in_every_batch(together: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """`test_a_batch_that_does_not_fit_into_memory_is_halved` makes batches of two days and of one."""
    before = contents(together)
    assert list(before) == DAYS
    assert len(set(before.values())) == len(DAYS)
    monkeypatch.setattr(batches, "MOST_RECORDS", 121)
    report = together.roll_up(days_before(DAY, -1), forced=frozenset(DAYS))
    assert report.days == DAYS
    assert contents(together) == before


def test_a_batch_ends_where_it_is_full_or_another_rule_bills(
    together: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = together.manifest
    assert list(batches_of(Settings(), manifest, DAYS)) == [DAYS]
    monkeypatch.setattr(batches, "MOST_RECORDS", 80)
    # A day has 40 records, the third one more.
    assert list(batches_of(Settings(), manifest, DAYS)) == [DAYS[:2], DAYS[2:3], DAYS[3:]]
    monkeypatch.setattr(batches, "MOST_RECORDS", 10)
    assert list(batches_of(Settings(), manifest, DAYS)) == [[day] for day in DAYS]
    monkeypatch.undo()
    monkeypatch.setattr(batches, "_MOST_DAYS", 3)
    assert list(batches_of(Settings(), manifest, DAYS)) == [DAYS[:3], DAYS[3:]]
    changed = Settings.model_validate({"billing": [{"valid_from": DAYS[1], "one_click": ["success", "unknown"]}]})
    assert list(batches_of(changed, manifest, DAYS)) == [DAYS[:1], DAYS[1:]]


def test_a_batch_that_does_not_fit_into_memory_is_halved(together: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    before, tried, roll_up = contents(together), [], DuckDBRoller.roll_up

    def little_memory(roller: DuckDBRoller, events: DayEvents, target: Path) -> object:
        tried.append(len(events.batch))
        books = roll_up(roller, events, target)
        if len(events.batch) > 1:
            raise duckdb.OutOfMemoryException("not so many days at once")
        return books

    monkeypatch.setattr(DuckDBRoller, "roll_up", little_memory)
    assert together.roll_up(days_before(DAY, -1), forced=frozenset(DAYS)).days == DAYS
    assert tried == [4, 2, 1, 1, 2, 1, 1]
    assert contents(together) == before


def test_a_day_that_does_not_fit_into_memory_ends_the_run(
    together: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_memory(roller: DuckDBRoller, events: DayEvents, target: Path) -> object:
        raise duckdb.OutOfMemoryException("none")

    before = contents(together)
    monkeypatch.setattr(DuckDBRoller, "roll_up", no_memory)
    with pytest.raises(AuthmeterError, match=r"^DuckDB ran out of memory: none"):
        together.roll_up(days_before(DAY, -1), forced=frozenset(DAYS))
    assert contents(together) == before


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda file: file.write_bytes(file.read_bytes() + b"."), "^The stored tables of {day} differ from what was"),
        (lambda file: file.unlink(), "^The stored tables of {day} differ from what was"),
    ],
)
def test_the_day_whose_tables_are_not_as_they_were_written_is_named(
    together: DataFolder, monkeypatch: pytest.MonkeyPatch, spoil: object, fault: str
) -> None:
    roll_up = DuckDBRoller.roll_up

    def spoilt(roller: DuckDBRoller, events: DayEvents, target: Path) -> object:
        books = roll_up(roller, events, target)
        if DAYS[2] in days_of(events.batch):
            spoil(target / str(DAYS[2]) / "channel_daily.parquet")  # type: ignore[operator]
        return books

    before = contents(together)
    monkeypatch.setattr(DuckDBRoller, "roll_up", spoilt)
    with pytest.raises(BooksError, match=fault.format(day=DAYS[2])):
        together.roll_up(days_before(DAY, -1), forced=frozenset(DAYS))
    assert contents(together) == before


def test_late_records_that_the_store_lacks_are_said(folder: DataFolder) -> None:
    folder.land("a.ndjson", [record(str(n)) for n in range(3)])
    folder.roll_up()
    manifest = folder.manifest
    manifest.files[0].days[DAY] = DayRows(accepted=5, late=1)
    folder.store.commit(manifest)
    with pytest.raises(BooksError, match=r"^a\.ndjson has fewer records in the store than in its books"):
        folder.roll_up(forced=frozenset({DAY}))
