"""Golden cases of sign-in sessions: the records of one app, and the rows that must come of it.

A case is a folder `sessions/<case>`. `case.toml` says what it `shows`. `log.csv` has the records: `at` is the time in
Shanghai, on 10 March 2026 where it has no day; `event_id` numbers them where the file does not give it; a channel that
is not given is one_click, an outcome that is not given, nor a code, is success. `expect_<table>.csv` holds every row of
the app in a table, of the columns in its head; an empty cell is NULL. All cases are apps of one data folder, whose
sessions end after ten minutes. To add a case, add a folder.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import DataFolder, Row, record

HERE = Path(__file__).parent / "sessions"
CASES = sorted(file.parent for file in HERE.glob("*/case.toml"))
EXPECTED = sorted(HERE.glob("*/expect_*.csv"))


def read(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines, strict=True))


def records_of(case: Path) -> Iterator[Row]:
    """The records of a case, whose app has its name."""
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
    """A folder that one run over all cases published."""
    folder = DataFolder(tmp_path_factory.mktemp("sessions") / "data")
    folder.write("authmeter.toml", "[channels.apple]\n")
    folder.land("log.ndjson", [one for case in CASES for one in records_of(case)])
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
