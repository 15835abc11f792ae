"""Golden cases of single tables and views: the rows that one statement reads, and the expected rows.

The comment at `CASES` describes the files of a case.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.billing.account_views import ACCOUNT_VIEWS
from pipelines.common.project import PROJECT
from pipelines.contract.measures.sql import sql
from pipelines.contract.record.channels import known_channels, number_macros
from pipelines.contract.record.fields import COUNTED_FIELDS
from pipelines.contract.record.masking import MASK
from pipelines.contract.record.parts import EVENT_SCHEMA
from pipelines.contract.registry.registry import Registry
from pipelines.contract.settings.settings import Settings
from pipelines.contract.tables.day_tables import RECENT, SESSION_TABLES
from pipelines.contract.tables.tables import TABLES, VIEWS
from pipelines.engines.limit_walk import add_limit_walk
from pipelines.engines.steps import create_batch
from pipelines.marts.build import QUERIES as MARTS
from pipelines.marts.empty_file import view_queries
from pipelines.rollup.plan import batch_days, day_plan, day_values
from pipelines.store.database import workbench
from tests.support import DAY

HERE = Path(__file__).parent
# To add a case, add a folder `rollup/<table>/<case>`, `marts/<table>/<case>` or `billing/<table>/<case>`. It contains:
# - `case.toml`: its purpose as `shows`. It may have the `day` (by default 10 March 2026) or the `days` of a batch,
#   `settings`, the `cuts` of the day's uses, and `where`: an SQL condition for the compared rows.
# - `expect.csv`: all these rows of the result, with the columns in the header. An empty cell is NULL or an empty text.
# - Other CSV files: the relations that the statement reads. An empty cell is NULL. A column `name:TYPE` has this type;
#   otherwise it has the type of that column in the contract, or is text. If a file leaves out a column of the contract,
#   its value is 0 for a count, the day of the case for a day, and otherwise NULL.
CASES = sorted(
    file.parent for folder in ("rollup", "marts", "billing") for file in (HERE / folder).glob("*/*/case.toml")
)
PLAN = day_plan(Registry())
QUERIES = {
    "rollup/counted_records": PLAN.counted_records,
    "rollup/day_books": PLAN.books,
    **{
        f"rollup/{step.name}": step.query
        for step in (
            *PLAN.delivered_steps, *PLAN.number_steps, *PLAN.copies, *PLAN.word_steps, *PLAN.record_steps,
            *PLAN.subjects.steps, *PLAN.session_steps, PLAN.device_records, *PLAN.range_steps, *PLAN.range_sums,
            PLAN.key_records, *PLAN.key_steps, *PLAN.last_steps, *PLAN.tables,
        )
    },
    **{
        f"billing/{file.stem}": sql("pipelines.billing", file.stem)
        for file in (PROJECT / "pipelines" / "billing" / "sql").glob("*.sql")
    },
    **{f"billing/{name}": query for name, query in ACCOUNT_VIEWS.items()},
    **{f"marts/{name}": query for name, query in MARTS.items()},
    **{f"marts/{name}": query for name, query in view_queries().items()},
}  # fmt: skip
# Published tables have an order. Intermediate tables of a roll-up have none.
ORDERED = {f"rollup/{step.name}" for step in PLAN.tables} | {name for name in QUERIES if name.startswith("marts/")}
# These statements only order existing rows; the cases of `rollup` and `billing` cover the contents of the rows.
ORDER_ALONE = {
    f"marts/{name}"
    for name in (
        "channel_daily", "channel_detail_daily", "outcome_daily", "latency_daily", "unmapped_codes", "billing_daily",
        "billing_hourly", *RECENT, *SESSION_TABLES,
    )
}  # fmt: skip
# These statements count sessions over packed numbers of time, stage and words; the cases of `sessions` cover them.
IN_NUMBERS = {
    f"rollup/{name}"
    for name in (
        "sign_in_kinds", "sign_in_records", "sign_in_counts", *(step.name for step in PLAN.subjects.steps),
        *(step.name for step in PLAN.session_steps), "session_apps", "session_facts", *SESSION_TABLES,
    )
}  # fmt: skip
# The compared periods are computed from a case's days if the case does not give them.
SPANS = ("period_days", "periods")

_EVENTS = duckdb.from_arrow(EVENT_SCHEMA.empty_table())
EVENT = {name: str(kind) for name, kind in zip(_EVENTS.columns, _EVENTS.types, strict=True)} | {"is_late": "BOOLEAN"}
ALL_DEVICES = {"first_device": -(1 << 63), "last_device": (1 << 63) - 1}
WORDS = COUNTED_FIELDS
WITH = [f"with_{name}" for name in ("os_version", "device_id", "phone", "attempt_id", "account_id", "latency_ms")]
GROUPS = {"day": "DATE"} | dict.fromkeys(WORDS, "VARCHAR") | dict.fromkeys(("records", *WITH), "BIGINT")
RESOLVED = GROUPS | {"is_unmapped": "BOOLEAN"}
COUNTS = {name: kind for name, kind in TABLES["channel_detail_daily"].columns.items() if kind == "BIGINT"}
# Columns of the published tables, and of every other relation that a case can give.
COLUMNS = {name: table.columns for name, table in (TABLES | VIEWS).items()} | {
    "events": EVENT | {"filename": "VARCHAR", "record_number": "BIGINT"},
    "counted_records": EVENT,
    "picked_records": EVENT,
    "numbered_records": EVENT,
    "record_groups": GROUPS,
    "resolved_groups": RESOLVED,
    "counts": RESOLVED | COUNTS,
    # Cases name all other columns of these relations.
    **{
        name: {"day": "DATE"}
        for name in ("delivered_apps", "source_hours", "app_numbers", "app_device_sets", "latencies")
    },
    "device_sets": {"day_number": "INTEGER"},
}
TYPES = {name: kind for columns in COLUMNS.values() for name, kind in columns.items()}


def read(file: Path) -> tuple[dict[str, str], list[list[str | None]]]:
    """Return the columns of a CSV with their types, and its rows."""
    with file.open(newline="", encoding="utf-8") as lines:
        head, *rows = csv.reader(lines, strict=True)
    typed = (name.partition(":") for name in head)
    return {name: kind or TYPES.get(name, "VARCHAR") for name, _, kind in typed}, [
        [cell or None for cell in row] for row in rows
    ]


def create(connection: duckdb.DuckDBPyConnection, file: Path, folder: Path, day: date) -> None:
    """Store the rows of a CSV as a table of the database `out`, as a view and as a Parquet file: statements read any
    of them.

    The SQL variable `<name>_files` has the path of the Parquet file. `day` is the default in columns of type DATE.
    """
    given, rows = read(file)
    columns = COLUMNS.get(file.stem, {}) | given
    defaults = {"BIGINT": " DEFAULT 0", "INTEGER": " DEFAULT 0", "DATE": f" DEFAULT DATE '{day}'"}
    declared = ", ".join(
        f"{name} {kind}{'' if name in given else defaults.get(kind, '')}" for name, kind in columns.items()
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


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """One database for all cases: opening one takes half as long as a case."""
    base = tmp_path_factory.getbasetemp()
    with workbench(Settings(), base / "spilled", [base]) as opened:
        add_limit_walk(opened)
        yield opened


@pytest.fixture
def connection(database: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with its own temporary tables, views and variables, and an empty database `out`."""
    with closing(database.cursor()) as opened:
        opened.execute("ATTACH ':memory:' AS out")
        yield opened
    database.execute("DETACH out")


def name_of(case: Path) -> str:
    return case.relative_to(HERE).as_posix()


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_table_gives_the_rows_that_were_worked_out_by_hand(
    case: Path, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    said: dict[str, Any] = tomllib.loads((case / "case.toml").read_text("utf-8"))
    assert said.keys() <= {"shows", "day", "days", "settings", "cuts", "where"}
    day = said.get("day", DAY)
    for file in case.glob("*.csv"):
        if file.stem != "expect":
            create(connection, file, tmp_path, day)
    name = name_of(case.parent)
    settings = Settings(**said.get("settings", {}))
    for statement in number_macros(known_channels(settings.channels)):
        connection.execute(statement)
    create_batch(connection, batch_days(said.get("days", [day]), settings.timezone, {day: said.get("cuts", ())}))
    values = (
        day_values(settings.billing_on(day), settings.session_minutes)
        | ALL_DEVICES
        | {"as_of": day, "masking_version": 2, "mask": MASK, "accounts": ["acme", "beta"]}
    )
    if re.search(r"\b(FROM|JOIN) (out\.)?periods\b", QUERIES[name]):
        for span in SPANS:
            if not (case / f"{span}.csv").exists():
                query = QUERIES[f"marts/{span}"].replace("$as_of", f"DATE '{day}'")
                connection.execute(f"CREATE TABLE out.{span} AS {query}")
                connection.execute(f"CREATE TEMP VIEW {span} AS FROM out.{span}")
    named = {value: values[value] for value in re.findall(r"\$(\w+)", QUERIES[name])}
    columns, expected = read(case / "expect.csv")
    rows = f"SELECT {', '.join(columns)} FROM ({QUERIES[name]}) WHERE {said.get('where', 'true')}"
    result = connection.execute(f"SELECT COLUMNS(*)::VARCHAR FROM ({rows})", named).fetchall()
    found = [[cell or None for cell in row] for row in result]
    if name not in ORDERED:
        found.sort(key=str)
        expected.sort(key=str)
    assert found == expected, said["shows"]


def test_every_table_has_a_case() -> None:
    assert {name_of(case.parent) for case in CASES} == QUERIES.keys() - ORDER_ALONE - IN_NUMBERS
