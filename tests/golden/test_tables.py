"""Golden cases of single tables: the rows that one SQL statement reads, and the rows that must come of it.

A case is a folder `rollup/<table>/<case>` or `marts/<table>/<case>`. `case.toml` says what it `shows`, and may give
`parameters` and `where`, a condition on the expected rows of a table with many. Each other CSV is a relation that the
statement reads; `expect.csv` holds every row of the result, of the columns in its head. An empty cell is NULL, or an
empty text of the result. A column has the type `name:TYPE` of its head, else the type of the contract's column of that
name, else it is text. What a file leaves out is NULL, or 0 where it is a count. To add a case, add a folder.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.common.project import PROJECT
from pipelines.contract.parts import EVENT_SCHEMA
from pipelines.contract.tables import TABLES

HERE = Path(__file__).parent
CASES = sorted(file.parent for folder in ("rollup", "marts") for file in (HERE / folder).glob("*/*/case.toml"))
STATEMENTS = {
    **{f"rollup/{file.stem}": file for file in (PROJECT / "pipelines" / "rollup" / "sql").rglob("*.sql")},
    **{f"marts/{file.stem}": file for file in (PROJECT / "pipelines" / "marts" / "sql").glob("*.sql")},
}
# These put the files of all days in order and compute nothing; `rollup` has the cases of what is in them.
ORDER_ALONE = {f"marts/{name}" for name in ("channel_daily", "channel_detail_daily", "outcome_daily", "latency_daily")}
# Which file a record came in stands in no column.
BY_FILE = {"rollup/source_hours"}

_EVENTS = duckdb.from_arrow(EVENT_SCHEMA.empty_table())
# A hash may be any text here, so that a case can name a device `d1`.
EVENT = {
    name: "VARCHAR" if name.endswith("_hash") else str(kind)
    for name, kind in zip(_EVENTS.columns, _EVENTS.types, strict=True)
}
WORDS = (
    "app_key", "channel", "stage", "outcome", "result_code", "vendor", "platform", "carrier", "scheme_id",
    "package_name", "sdk_version",
)  # fmt: skip
WITH = [f"with_{name}" for name in ("os_version", "device_id", "phone", "attempt_id", "account_id", "latency_ms")]
GROUPS = dict.fromkeys(WORDS, "VARCHAR") | dict.fromkeys(("records", *WITH), "BIGINT")
RESOLVED = GROUPS | dict.fromkeys(("is_unmapped", "is_authorization", "is_verification"), "BOOLEAN")
COUNTS = {name: kind for name, kind in TABLES["channel_detail_daily"].columns.items() if kind == "BIGINT"}
# The relations that are no published table, with all their columns.
COLUMNS = {name: table.columns for name, table in TABLES.items()} | {
    "events": EVENT,
    "counted_records": EVENT,
    "record_groups": GROUPS,
    "resolved_groups": RESOLVED,
    "counts": RESOLVED | COUNTS,
}
TYPES = {name: kind for columns in COLUMNS.values() for name, kind in columns.items()}


def read(file: Path) -> tuple[dict[str, str], list[list[str | None]]]:
    """The columns of a CSV with their types, and its rows."""
    with file.open(newline="", encoding="utf-8") as lines:
        head, *rows = csv.reader(lines, strict=True)
    typed = (name.partition(":") for name in head)
    return {name: kind or TYPES.get(name, "VARCHAR") for name, _, kind in typed}, [
        [cell or None for cell in row] for row in rows
    ]


def create(connection: duckdb.DuckDBPyConnection, file: Path, folder: Path) -> None:
    """A relation of a CSV: as a table, as one of the database `out`, and as the Parquet file of a variable."""
    given, rows = read(file)
    columns = COLUMNS.get(file.stem, {}) | given
    declared = ", ".join(
        f"{name} {kind}{' DEFAULT 0' if kind == 'BIGINT' and name not in given else ''}"
        for name, kind in columns.items()
    )
    connection.execute(f"CREATE TABLE out.{file.stem} ({declared})")
    if rows:
        connection.executemany(
            f"INSERT INTO out.{file.stem} ({', '.join(given)}) VALUES ({', '.join('?' * len(given))})", rows
        )
    connection.execute(f"CREATE TEMP VIEW {file.stem} AS FROM out.{file.stem}")
    parquet = folder / f"{file.stem}.parquet"
    connection.table(f"out.{file.stem}").write_parquet(str(parquet))
    connection.execute(f"SET VARIABLE {file.stem}_files = ['{parquet}']")


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(duckdb.connect()) as opened:
        opened.execute("ATTACH ':memory:' AS out")
        yield opened


def name_of(case: Path) -> str:
    return case.relative_to(HERE).as_posix()


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_table_gives_the_rows_that_were_worked_out_by_hand(
    case: Path, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    said: dict[str, Any] = tomllib.loads((case / "case.toml").read_text("utf-8"))
    assert said.keys() <= {"shows", "parameters", "where"}
    relations = [file for file in case.glob("*.csv") if file.stem != "expect"]
    for file in relations:
        create(connection, file, tmp_path)
    statement = STATEMENTS[f"{case.parent.parent.name}/{case.parent.name}"]
    query = statement.read_text("utf-8")
    parameters = said.get("parameters", {})
    if "$parts" in query:
        parameters = parameters | {"parts": [str(tmp_path / "events.parquet")]}
    columns, expected = read(case / "expect.csv")
    rows = f"SELECT {', '.join(columns)} FROM ({query}) WHERE {said.get('where', 'true')}"
    result = connection.execute(f"SELECT COLUMNS(*)::VARCHAR FROM ({rows})", parameters).fetchall()
    found = [[cell or None for cell in row] for row in result]
    # The steps of a roll-up are read by others and have no order; published tables do.
    if case.parent.parent.name == "rollup" and statement.parent.name != "day":
        found.sort(key=str)
        expected.sort(key=str)
    assert found == expected, said["shows"]


def test_every_statement_has_a_case() -> None:
    assert {name_of(case.parent) for case in CASES} == STATEMENTS.keys() - ORDER_ALONE - BY_FILE
