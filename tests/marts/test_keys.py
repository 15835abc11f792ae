"""Keys are unique in every table and order its rows; a run that would break that publishes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import closing
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from pipelines.common.errors import AuthmeterError, BooksError
from pipelines.contract.tables.day_tables import DAY_TABLES
from pipelines.contract.tables.tables import TABLES
from pipelines.marts import build
from pipelines.store.keys import require_unique_keys
from tests.data.failing_sdk import failing_sdk, land_mended
from tests.support import DAY, CopyOf, DataFolder, days_before, record

# The other tables are built from lists, which are small and which the run holds in memory.
QUERIED = sorted(build.QUERIES)
# Metrics are in the order of their declaration, checks in that of the run.
IN_OWN_ORDER = {"metrics", "check_results"}
# These tables have rows only after weeks of records.
INCIDENTS = {"incidents", "incident_cells", "withdrawn_incidents"}
OPTIONAL = ("scheme_id", "package_name", "sdk_version", "result_code", "latency_ms", "device_id", "platform")


def some(names: Iterable[str], *short: str) -> list[Any]:
    """Return the names as parameters of a test. All names but `short` run in the lab only, because another test covers
    the keys of all tables.
    """
    return [name if name in short else pytest.param(name, marks=pytest.mark.lab) for name in names]


def feed(folder: DataFolder) -> None:
    """Publish records that each lack another optional field, invalid records, and late records of a closed day."""
    fields = dict.fromkeys(OPTIONAL, "1") | {"result_code": "x", "platform": "ios", "latency_ms": 7}
    # A record without a result code has an outcome.
    rows = [
        record(f"{app}-{channel}-{absent}", day, app_key=app, channel=channel, stage="login",
               **fields | {absent: None, "outcome": "error" if absent == "result_code" else None})
        for day in (days_before(DAY, 1), DAY)
        for app in ("shop", "game")
        for channel in ("one_click", "local_verify", "qq")
        for absent in OPTIONAL
    ]  # fmt: skip
    folder.write("registry/schemes.csv", "scheme_id,app_key,package_name\n1,shop,\n1,shop,1\n")
    folder.write("registry/notes.csv", "day,app_key,text\n2026-03-01,,Release\n")
    bought = "".join(f"p{day:%d},,20,{day}T09:00:00\n" for day in (days_before(DAY, 1), DAY))
    folder.write("registry/resource_packages.csv", f"resource_package_id,account_id,quantity,purchased_at\n{bought}")
    folder.write(
        "registry/resource_package_readings.csv", f"resource_package_id,read_at,remaining\np10,{DAY}T12:00:00,9\n"
    )
    folder.write("registry/console/a.csv", f"day,account_id,channel,total\n{DAY},default,number,5\n")
    folder.write("registry/bills/a.csv", "month,account_id,channel,quantity\n2026-02,default,number,5\n")
    rows += [record("used", day, stage="verify") for day in (days_before(DAY, 1), DAY)]
    rows += [
        record(stage, day, stage=stage, device_id="1")
        for day in (days_before(DAY, 1), DAY)
        for stage in ("page", "click")
    ]
    folder.land("b.ndjson", [*rows, record("bad", stage="none"), record("nulled", latency_ms=-1, phone="1" * 200)])
    folder.land("a.ndjson", [record("bad", stage="none"), record("bad", stage="none")])
    folder.land("a.docx", b"no log")
    folder.tables()
    folder.land("late.ndjson", [row | {"event_id": f"late-{row['event_id']}"} for row in rows[::5]])
    folder.tables()


@pytest.fixture(scope="module")
def fed(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """Return a published folder with further records that are rolled up. No test may publish them."""
    folder = DataFolder(tmp_path_factory.mktemp("fed") / "data")
    feed(folder)
    return with_news(folder)


@pytest.fixture
def failing(copy_of: CopyOf) -> DataFolder:
    """Return a published folder with an open incident, and with more records that are rolled up but not published."""
    return with_news(copy_of(failing_sdk))


def with_news(folder: DataFolder) -> DataFolder:
    folder.land("more.ndjson", [record("more", stage="login")])
    folder.roll_up()
    return folder


def in_order(connection: duckdb.DuckDBPyConnection, relation: str, key: tuple[str, ...]) -> int:
    """Assert that rows are in the order of the key, NULL first, and that no key repeats. Return their number."""
    columns = ", ".join(key)
    order = ", ".join(f"{column} NULLS FIRST" for column in key)
    lie = connection.execute(f"SELECT {columns} FROM {relation}").fetchall()
    assert lie == connection.execute(f"SELECT {columns} FROM {relation} ORDER BY {order}").fetchall()
    assert len(set(lie)) == len(lie)
    return len(lie)


def test_rows_lie_in_the_order_of_the_key_in_the_store_and_where_they_are_published(fed: DataFolder) -> None:
    with closing(duckdb.connect(str(fed.store.database), read_only=True)) as connection:
        rows = {name: in_order(connection, name, TABLES[name].key) for name in TABLES.keys() - IN_OWN_ORDER}
        assert min(rows[name] for name in QUERIED) > 0
        assert rows["input_files"] > 3
        for entry in fed.manifest.days.values():
            for name, key in DAY_TABLES.items():
                assert in_order(connection, f"'{fed.store.day_table(entry, name)}'", key) > 0


def test_the_keys_of_all_tables_are_looked_at(fed: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: dict[str, tuple[str, ...]] = {}

    def noted(_: object, keys: dict[str, tuple[str, ...]], sources: dict[str, str], *where: str) -> None:
        # Sources read the new file; if a table has days that are carried over, its source selects the other days.
        assert [name for name, source in sources.items() if not re.match(rf"(\(FROM )?out\.{name}\b", source)] == []
        looked.update({name: keys[name] for name in sources})
        raise BooksError("Seen.", where=str(where), why="The run must not publish.")

    monkeypatch.setattr(build, "require_unique_keys", noted)
    with pytest.raises(BooksError, match=r"^Seen\."):
        fed.open().build_marts()
    assert looked == {name: table.key for name, table in TABLES.items()}


@pytest.mark.parametrize("name", some(QUERIED, "channel_daily"))
def test_a_query_that_repeats_a_key_publishes_nothing(
    fed: DataFolder, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    text = build.QUERIES[name]
    order = ", ".join(f"{column} NULLS FIRST" for column in TABLES[name].key)
    twice = f"SELECT * FROM ({text}) UNION ALL BY NAME (FROM ({text}) LIMIT 1) ORDER BY {order}"
    monkeypatch.setitem(build.QUERIES, name, twice)
    fault = require_nothing_published(fed, name)
    assert f"'{TABLES[name].key[0]}': " in str(fault)
    assert "report this" in str(fault.do)


@pytest.mark.parametrize("name", some(sorted(TABLES.keys() - set(QUERIED) - INCIDENTS), "resource_packages"))
def test_a_list_that_repeats_a_key_publishes_nothing(
    fed: DataFolder, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    require_no_repeated_row(fed, monkeypatch, name)


@pytest.mark.parametrize("name", some(["incidents", "incident_cells"], "incidents"))
def test_an_incident_that_is_there_twice_publishes_nothing(
    failing: DataFolder, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    require_no_repeated_row(failing, monkeypatch, name)


@pytest.mark.lab
def test_a_withdrawn_incident_that_is_there_twice_publishes_nothing(
    failing: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    land_mended(failing)
    failing.roll_up()
    require_no_repeated_row(failing, monkeypatch, "withdrawn_incidents")


def require_no_repeated_row(fed: DataFolder, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    maker = "incident_rows" if name in INCIDENTS else "listed_rows"
    listed = getattr(build, maker)

    def twice(*given: object) -> dict[str, pa.Table]:
        rows: dict[str, pa.Table] = listed(*given)
        return rows | {f"listed_{name}": pa.concat_tables([rows[f"listed_{name}"], rows[f"listed_{name}"].slice(0, 1)])}

    monkeypatch.setattr(build, maker, twice)
    require_nothing_published(fed, name)


def require_nothing_published(folder: DataFolder, name: str) -> AuthmeterError:
    """Assert that a repeated key of the table stops the publication and leaves the file as it was; return the error."""
    published = folder.store.database.read_bytes()
    with pytest.raises(AuthmeterError, match=f"^Keys of {name} are not unique: 1 row too many") as fault:
        folder.open().build_marts()
    assert folder.store.database.read_bytes() == published
    return fault.value


def test_a_copy_of_the_registry_among_the_logs_stops_nothing(folder: DataFolder) -> None:
    """The invalid row of the copy has the same path and line as the row in the registry."""
    broken = "app_key,app_name\nshop\n"
    folder.write("registry/apps.csv", broken)
    folder.land("registry/apps.csv", broken.encode())
    folder.land("a.ndjson", [record("a")])
    folder.tables()
    assert folder.rows("SELECT path, line, reason, origin FROM rejected_records") == [
        ("registry/apps.csv", 2, "malformed", origin) for origin in ("landing", "registry")
    ]


def test_an_absent_value_of_a_key_is_one_value() -> None:
    with closing(duckdb.connect()) as connection:

        def look(*rows: str) -> None:
            source = f"(VALUES {', '.join(rows)}) AS rows(k, n)"
            require_unique_keys(connection, {"made": ("k", "n")}, {"made": source}, "here")

        # No row is repeated, although both values of the first are NULL.
        look("(NULL, NULL)", "(NULL, 1)", "(1, NULL)")
        with pytest.raises(BooksError, match=r"^Keys of made are not unique: 1 row too many"):
            look("(NULL, 1)", "(NULL, 1)")
