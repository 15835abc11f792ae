"""Golden cases end to end: small folders of log lines that a reviewer can read, and the expected rows.

The comment at `CASES` describes the files of a case.
"""

from __future__ import annotations

import csv
import shutil
import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from pipelines.common.days import days_between
from pipelines.contract.tables.tables import TABLES
from tests.support import DataFolder, Row, record

# To add a case, add a folder to `end_to_end/`. It contains:
# - `case.toml`: a description, and the `runs`, each with the folder of logs to land before it. `where` maps a table to
#   an SQL condition; only rows that meet it are compared.
# - `registry/` and `authmeter.toml`, if needed.
# - `expected/<table>.csv`: all rows of the table that meet its condition. The header names the compared columns. An
#   empty cell is NULL. Fractions are rounded to nine places.
# - Folders of logs. In these, `<name>.counts.csv` can replace `<name>.ndjson`: each row is a number of `records` of a
#   `day`, or of each day of `FIRST..LAST`, and the other columns are fields. The records are at ten in the morning, and
#   their ids are numbered by day.
CASES = sorted(path.parent for path in Path(__file__).parent.glob("end_to_end/*/case.toml"))


def expected(file: Path) -> tuple[list[str], list[list[str]]]:
    with file.open(newline="", encoding="utf-8") as lines:
        head, *rows = csv.reader(lines, strict=True)
    return head, rows


def counted_records(file: Path) -> Iterator[Row]:
    """Yield the records that a file `<name>.counts.csv` describes."""
    numbers: Counter[date] = Counter()
    with file.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines, strict=True):
            first, _, last = row.pop("day").partition("..")
            count = int(row.pop("records"))
            fields = {name: value or None for name, value in row.items()}
            for day in days_between(date.fromisoformat(first), date.fromisoformat(last or first)):
                for _ in range(count):
                    numbers[day] += 1
                    yield record(f"{file.stem}-{day}-{numbers[day]}", day, **fields)


def land(logs: Path, folder: DataFolder) -> None:
    """Write the logs of a case into landing."""
    shutil.copytree(logs, folder.store.landing, ignore=shutil.ignore_patterns("*.counts.csv"), dirs_exist_ok=True)
    for file in logs.glob("*.counts.csv"):
        folder.land(file.name.replace(".counts.csv", ".ndjson"), counted_records(file))


def published(folder: DataFolder, table: str, head: list[str], where: str) -> list[list[str]]:
    # Without the 0, a fraction that is rounded to nothing could be -0.0.
    columns = ", ".join(
        f'round("{name}", 9) + 0 AS "{name}"' if TABLES[table].columns[name] == "DOUBLE" else f'"{name}"'
        for name in head
    )
    return [
        ["" if cell is None else cell for cell in row]
        for row in folder.rows(f"SELECT COLUMNS(*)::VARCHAR FROM (SELECT {columns} FROM {table} WHERE {where})")
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_gives_the_rows_that_were_worked_out_by_hand(case: Path, folder: DataFolder) -> None:
    for name in ("registry", "authmeter.toml"):
        if (case / name).is_dir():
            shutil.copytree(case / name, folder.root / name)
        elif (case / name).exists():
            shutil.copy(case / name, folder.root / name)
    given = tomllib.loads((case / "case.toml").read_text("utf-8"))
    assert given.keys() <= {"runs", "where"}
    for run in given["runs"]:
        land(case / run["lands"], folder)
        folder.tables(run["day"])
    files = sorted((case / "expected").glob("*.csv"))
    assert files
    where = given.get("where", {})
    assert where.keys() <= {file.stem for file in files}
    for file in files:
        head, rows = expected(file)
        assert sorted(published(folder, file.stem, head, where.get(file.stem, "true"))) == sorted(rows), file.stem


def test_the_cases_are_found() -> None:
    assert {"both_fields", "billing", "bills", "limits", "codes", "late_day", "latency"} <= {one.name for one in CASES}
