"""Golden cases of the site's queries: of statements with generated sums of measures, and of the sums over windows.

The comment at `CASES` describes the files of a case.
"""

from __future__ import annotations

import csv
import re
import tomllib
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.contract.macros import contract_macros
from reports.content.figures.window_sums import WINDOW_SUMS
from reports.content.published import statement

HERE = Path(__file__).parent / "site"
# To add a case, add a folder `site/<statement>/<case>`. The data day is 10 March 2026. A folder contains:
# - `case.toml`: its purpose as `shows`.
# - `expect.csv`: all rows of the result, with the columns in the header. They are in order; in sums over windows, only
#   the order of the apps is compared. An empty cell is NULL.
# - Other CSV files: the relations that the statement reads. A column is `name` or `name:TYPE` in the header.
CASES = sorted(folder for folder in HERE.glob("*/*") if folder.is_dir())
VALUES: dict[str, Any] = {
    "first": "2026-02-09", "last": "2026-03-10", "days": ["2026-03-10"], "most": 10, "limit": None,
}  # fmt: skip
FOLDERS = {"day_channels": "days", "repeat_classes": "billing", "restatements": "quality"}


def rows_of(file: Path) -> tuple[list[str], list[list[str | None]]]:
    """Return the head and the rows of a CSV. Empty cells are None."""
    head, *rows = csv.reader(file.read_text("utf-8").splitlines())
    return head, [[cell or None for cell in row] for row in rows]


def add(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Create a table from a CSV, named after the file."""
    head, rows = rows_of(file)
    columns = [(name, kind or "VARCHAR") for name, _, kind in (column.partition(":") for column in head)]
    connection.execute(f"CREATE TABLE {file.stem} ({', '.join(f'{name} {kind}' for name, kind in columns)})")
    if rows:
        connection.executemany(f"INSERT INTO {file.stem} VALUES ({', '.join('?' * len(columns))})", rows)


@pytest.mark.parametrize("case", CASES, ids=[case.relative_to(HERE).as_posix() for case in CASES])
def test_a_statement_of_the_site_gives_these_rows(case: Path) -> None:
    assert tomllib.loads((case / "case.toml").read_text("utf-8"))["shows"]
    name = case.parent.name
    text = statement(name if name in WINDOW_SUMS else f"{FOLDERS.get(name, 'figures')}/{name}")
    with duckdb.connect() as connection:
        connection.execute(contract_macros())
        for file in case.glob("*.csv"):
            if file.stem != "expect":
                add(connection, file)
        named = set(re.findall(r"\$(\w+)", text))
        found = connection.execute(text, {name: value for name, value in VALUES.items() if name in named})
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    head, expected = rows_of(case / "expect.csv")
    given = [[None if row[column] is None else str(row[column]) for column in head] for row in rows]
    if name in WINDOW_SUMS:
        assert [row[:1] for row in given] == [row[:1] for row in expected]
        given.sort(key=str)
        expected.sort(key=str)
    assert given == expected
