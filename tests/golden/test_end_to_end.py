"""Golden cases end to end: small folders of log lines that a reviewer can read, and the rows that must come of them.

A case is a folder: `case.toml` says what it shows and which runs there are, each with the folder that lands before it;
`registry/` and `authmeter.toml` are optional; `expected/<table>.csv` holds every row of a table, of the columns in its
head. An empty cell is NULL. To add a case, add a folder to `end_to_end/`.
"""

from __future__ import annotations

import csv
import shutil
import tomllib
from pathlib import Path

import pytest

from pipelines.contract.tables.tables import TABLES
from tests.support import DataFolder

CASES = sorted(path.parent for path in Path(__file__).parent.glob("end_to_end/*/case.toml"))


def expected(file: Path) -> tuple[list[str], list[list[str]]]:
    with file.open(newline="", encoding="utf-8") as lines:
        head, *rows = csv.reader(lines, strict=True)
    return head, rows


def published(folder: DataFolder, table: str, head: list[str]) -> list[list[str]]:
    columns = ", ".join(f'"{name}"' for name in head)
    return [
        ["" if cell is None else cell for cell in row]
        for row in folder.rows(f"SELECT COLUMNS(*)::VARCHAR FROM (SELECT {columns} FROM {table})")
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_gives_the_rows_that_were_worked_out_by_hand(case: Path, folder: DataFolder) -> None:
    for name in ("registry", "authmeter.toml"):
        if (case / name).is_dir():
            shutil.copytree(case / name, folder.root / name)
        elif (case / name).exists():
            shutil.copy(case / name, folder.root / name)
    for run in tomllib.loads((case / "case.toml").read_text("utf-8"))["runs"]:
        shutil.copytree(case / run["lands"], folder.store.landing, dirs_exist_ok=True)
        folder.tables(run["day"])
    files = sorted((case / "expected").glob("*.csv"))
    assert files
    for file in files:
        head, rows = expected(file)
        assert sorted(published(folder, file.stem, head)) == sorted(rows), file.stem


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_speaks_of_tables_and_columns_that_exist(case: Path) -> None:
    for file in (case / "expected").glob("*.csv"):
        head, rows = expected(file)
        assert set(head) <= TABLES[file.stem].columns.keys()
        assert all(len(row) == len(head) for row in rows)


def test_the_cases_are_found() -> None:
    assert {"both_fields", "repeated_ids", "billing", "bills", "limits", "codes", "late_day", "latency", "windows"} <= {
        case.name for case in CASES
    }
