"""The published file describes itself to analysts, with any version of DuckDB and under any name."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from pipelines.common.errors import BooksError
from pipelines.contract.record.fields import ABSENT_FIELDS
from pipelines.contract.tables.tables import TABLES, VIEWS
from pipelines.marts import build
from tests.support import DAY, CopyOf, DataFolder, morning_after, record


def one_log(folder: DataFolder) -> None:
    folder.write("registry/apps.csv", "app_key,app_name,created_at\nshop,Shop,2026-01-02T20:00:00Z\n")
    folder.write("registry/schemes.csv", "scheme_id,app_key,created_at\ns1,shop,2026/1/2\n")
    folder.land("a.ndjson", [record("a")])
    folder.land("notes.docx", b"no log")
    folder.tables()


@pytest.fixture
def published(made_once: CopyOf) -> DataFolder:
    """Return a published folder; no test may change it."""
    return made_once(one_log)


def test_columns_have_the_types_that_are_declared(published: DataFolder) -> None:
    listed = "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal ORDER BY column_index"
    found: dict[str, dict[str, str]] = {name: {} for name in TABLES | VIEWS}
    for table, column, kind in published.rows(listed):
        found[table][column] = kind.replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ")
    assert found == {name: table.columns for name, table in (TABLES | VIEWS).items()}


# Columns of keys that may be NULL; for all other columns the contract decides.
# Uses that no resource package covered have no `resource_package_id`.
ABSENT_IN_KEYS = {"incident_id", "signed_in_by", "resource_package_id", *ABSENT_FIELDS}


def test_a_value_is_never_absent_but_where_the_contract_says_so(published: DataFolder) -> None:
    listed = "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND is_nullable"
    nullable = {(name, column) for name, column in published.rows(listed) if name in TABLES}
    assert nullable == {(name, column) for name, table in TABLES.items() for column in table.nullable}
    keys = {(name, column) for name, table in TABLES.items() for column in table.key} & nullable
    # A check of the data folder as a whole has no day.
    assert {column for _, column in keys - {("check_results", "day")}} <= ABSENT_IN_KEYS
    counts = {column for name, column in nullable if TABLES[name].columns[column] == "BIGINT"}
    assert counts == {
        "authorizations", "authorization_requests", "authorizations_cancelled", "usual_records", "published_before",
        "published_now",
        # NULL without a forecast, a log or a statement.
        "buy_quantity", "drift", "unused_expected", "unused_least", "unused_most", "uses_28d",
        "bill_minus_console", "console", "difference", "explained", "log", "unexplained",
    }  # fmt: skip
    assert {name for name, column in nullable if column == "authorizations"} == {"login_trend"}


def test_no_index_makes_the_file_large(published: DataFolder) -> None:
    assert published.rows("SELECT index_name FROM duckdb_indexes()") == []
    assert published.rows("SELECT count(*) FROM duckdb_constraints() WHERE constraint_type <> 'NOT NULL'") == [(0,)]


def test_a_run_that_would_publish_an_absent_count_publishes_nothing(
    copy_of: CopyOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copy_of(one_log)
    before = folder.store.database.read_bytes()
    folder.land("b.ndjson", [record("b")])
    absent = f"SELECT * REPLACE (NULL AS devices) FROM ({build.QUERIES['usage_daily']})"
    monkeypatch.setitem(build.QUERIES, "usage_daily", absent)
    with pytest.raises(BooksError, match=r"without a required value.*usage_daily\.devices"):
        folder.tables()
    assert folder.store.database.read_bytes() == before


def test_a_time_is_no_text(published: DataFolder) -> None:
    times = "SELECT table_name, column_name FROM duckdb_columns() WHERE column_name LIKE '%\\_at' ESCAPE '\\'"
    texts = f"{times} AND data_type NOT LIKE 'TIMESTAMP%'"
    assert len(published.rows(times)) == 9
    assert published.rows(texts) == []


def test_times_are_those_of_the_run_and_of_the_registry(published: DataFolder) -> None:
    run = morning_after(DAY)
    assert published.rows("SELECT generated_at FROM publication") == [(run,)]
    assert published.rows("SELECT path, first_read_at FROM input_files ORDER BY path") == [
        ("a.ndjson", run),
        ("notes.docx", run),
    ]
    assert published.rows("SELECT created_at::VARCHAR FROM apps") == [("2026-01-03 04:00:00",)]
    assert published.rows("SELECT created_at::VARCHAR FROM schemes") == [("2026-01-02 00:00:00",)]


def test_every_table_view_and_column_has_a_comment(published: DataFolder) -> None:
    tables = dict(published.rows("SELECT table_name, comment FROM duckdb_tables()"))
    assert tables == {name: table.comment for name, table in TABLES.items()}
    views = dict(published.rows("SELECT view_name, comment FROM duckdb_views() WHERE NOT internal"))
    assert views == {name: view.comment for name, view in VIEWS.items()}
    columns = published.rows("SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal")
    assert len(columns) == sum(len(table.columns) for table in (TABLES | VIEWS).values())
    assert [f"{table}.{column}" for table, column, comment in columns if not comment] == []


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_a_view_gives_the_same_under_whatever_name_the_file_is_opened(
    published: DataFolder, tmp_path: Path, name: str
) -> None:
    rows = published.rows(f"FROM {name}")
    assert len(rows) == 1
    assert published.rows(f"SELECT sql FROM duckdb_views() WHERE view_name = '{name}' AND contains(sql, 'out.')") == []
    copy = shutil.copy(published.store.database, tmp_path / "another name.duckdb")
    with closing(duckdb.connect(copy, read_only=True)) as connection:
        assert connection.execute(f"FROM {name}").fetchall() == rows
    with closing(duckdb.connect()) as connection:
        connection.execute(f"ATTACH '{copy}' AS x (READ_ONLY)")
        assert connection.execute(f"FROM x.{name}").fetchall() == rows
