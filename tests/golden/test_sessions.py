"""Golden cases of sign-in sessions: the records of one app, and the expected rows.

The comment at `CASES` describes the files of a case.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.common.project import PROJECT
from tests.support import DAY, DataFolder, Row, morning_after, record

HERE = Path(__file__).parent / "sessions"
# To add a case, add a folder `sessions/<case>`. All cases are apps of one data folder, in which a session ends after
# ten minutes without a record. A folder contains:
# - `case.toml`: its purpose as `shows`.
# - `log.csv`: the records. `at` is a time in Shanghai, on 10 March 2026 if it has no day. By default, `event_id` is a
#   number, the channel is one_click, and a record without outcome and code is a success.
# - `expect_<table>.csv`: all rows of the app in a table, with the columns in the header. An empty cell is NULL.
CASES = sorted(file.parent for file in HERE.glob("*/case.toml"))
EXPECTED = sorted(HERE.glob("*/expect_*.csv"))


def read(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines, strict=True))


def records_of(case: Path) -> Iterator[Row]:
    """Yield the records of a case. Their app has the name of the case."""
    for place, row in enumerate(read(case / "log.csv")):
        given: dict[str, object] = {name: value for name, value in row.items() if value and name != "at"}
        day, _, time = row["at"].rpartition(" ")
        given["event_time"] = f"{day or '2026-03-10'}T{time}+08:00"
        given["event_id"] = f"{case.name} {given.get('event_id', f'{place:03}')}"
        if "result_code" in given:
            given.setdefault("outcome", None)
        yield record(**{"app_key": case.name, **given})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """A folder to which one run published all cases."""
    folder = DataFolder(tmp_path_factory.mktemp("sessions") / "data")
    folder.write("authmeter.toml", "[channels.apple]\n")
    folder.land("log.ndjson", [*(one for case in CASES for one in records_of(case)), *worked_example()])
    folder.tables()
    return folder


@pytest.mark.parametrize("file", EXPECTED, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_case_gives_the_rows_that_were_worked_out_by_hand(file: Path, folder: DataFolder) -> None:
    expected = [tuple(row.values()) for row in read(file)]
    columns = ", ".join(read(file)[0])
    found = folder.rows(
        f"SELECT coalesce(COLUMNS(*)::VARCHAR, '') FROM (SELECT {columns} FROM {file.stem.removeprefix('expect_')} "
        f"WHERE app_key = '{file.parent.name}')"
    )
    assert found == expected


def test_every_case_expects_rows() -> None:
    assert {file.parent for file in EXPECTED} == set(CASES)
    assert len(CASES) > 20


def worked_example() -> Iterator[Row]:
    """Yield the records of the worked example in the docs. Their app is `docs`."""
    page = (PROJECT / "docs" / "analyst.md").read_text("utf-8")
    _, example = page.split("| time | channel | stage | outcome | device | attempt |\n", 1)
    _, *lines = example.split("\n\n", 1)[0].splitlines()
    names = ("event_time", "channel", "stage", "outcome", "device_id", "attempt_id")
    for place, line in enumerate(lines):
        cells = zip(names, (cell.strip() for cell in line.strip("|").split("|")), strict=True)
        given = {name: f"{DAY}T{cell}+08:00" if name == "event_time" else cell for name, cell in cells if cell}
        yield record(f"docs {place}", **({"app_key": "docs"} | given))


def test_the_worked_example_of_the_pages_is_counted_as_they_say(folder: DataFolder) -> None:
    def rows(columns: str, table: str) -> list[tuple[object, ...]]:
        return folder.rows(f"SELECT {columns} FROM {table} WHERE app_key = 'docs'")

    assert rows("records, without_subject, sessions, by_server", "session_books") == [(7, 0, 2, True)]
    assert rows("entry_channel, direct, retry, sessions", "session_daily") == [
        ("one_click", 0, 1, 1), ("wechat", 1, 0, 1),
    ]  # fmt: skip
    paths = rows("failed_channel, failure, way, signed_in_by, within_minute", "session_paths_daily")
    assert paths == [("one_click", "timeout", "retry", "one_click", 1)]
    # The login signs in, 10 seconds after the page.
    assert ("page_signed_in", 10_000) in rows("step, p50_ms", "session_times_daily")


@pytest.mark.parametrize(("zone", "offset"), [("Etc/GMT+12", "-12:00"), ("Etc/GMT-14", "+14:00")])
def test_a_session_takes_its_platform_from_one_click_in_each_zone(tmp_path: Path, zone: str, offset: str) -> None:
    """The number by which records are ordered is largest at the end of a day in the far west, and must not overflow."""
    folder = DataFolder(tmp_path / "data")
    folder.write("authmeter.toml", f'timezone = "{zone}"\n')
    steps = [("00:00:00", "one_click", "error", "ios"), ("23:57:00", "wechat", "cancelled", "ios"),
             ("23:58:00", "one_click", "error", "android"), ("23:59:59", "wechat", "success", "ios")]  # fmt: skip
    folder.land("log.ndjson", [
        record(
            f"e{place}", event_time=f"{DAY}T{time}{offset}", channel=channel, outcome=outcome, platform=platform,
            device_id="d",
        )
        for place, (time, channel, outcome, platform) in enumerate(steps)
    ])  # fmt: skip
    folder.roll_up(now=morning_after(DAY + timedelta(days=1)))
    found = folder.stored("session_daily", "entry_channel, platform, sessions")
    assert found == [("one_click", "ios", 1), ("wechat", "android", 1)]
