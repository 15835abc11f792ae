"""Marts: all published tables, built into a new DuckDB file that replaces the published one in one step.

The rows of a table come from a SELECT in `sql/<table>.sql`, from stored Parquet files, from the views of uses by
account (`billing/account_views.py`), or from objects in memory (`rows.py`). The tables in `_CARRIED` keep the rows of
the days before the first changed one (`carried.py`). `contract/tables/tables.py` declares all columns.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import duckdb
import polars as pl

from pipelines.billing.account_views import create_account_views
from pipelines.billing.packages.package_tables import ledger_error
from pipelines.billing.published import BILLING_TABLES
from pipelines.common.errors import AuthmeterError
from pipelines.common.sql import literal
from pipelines.contract.checks import CheckResult
from pipelines.contract.measures.sql import sql
from pipelines.contract.record.masking import MASK, MASKING_VERSION
from pipelines.contract.registry.registry import Registry
from pipelines.contract.settings.settings import Settings
from pipelines.contract.tables.day_tables import DAY_TABLES, RECENT, RECENT_DAYS, SESSION_TABLES
from pipelines.contract.tables.tables import TABLES
from pipelines.incidents.all_incidents import AllIncidents
from pipelines.marts.carried import carry_over, keep_only, tables_digest
from pipelines.marts.empty_file import write_empty_file
from pipelines.marts.rows import incident_rows, listed_rows
from pipelines.store.database import set_files, workbench
from pipelines.store.keys import require_unique_keys
from pipelines.store.manifest import Manifest
from pipelines.store.publication_note import drop_note, write_note
from pipelines.store.published_file import place_published, run_of
from pipelines.store.store import Store

# Used if there are no rejected records: DuckDB does not read an empty list of files.
NO_REJECTS = (
    "SELECT 0 AS file, 0::BIGINT AS line, '' AS reason, '' AS record, 0 AS masking_version, 0::BIGINT AS rejected, "
    "'' AS filename WHERE false"
)

# In building order: a table may read those before it.
_FROM_DAYS = tuple(name for name in DAY_TABLES if name in TABLES)
_ORDER = (
    *_FROM_DAYS, "apps", "usage_daily", "restatements", "day_quality", "period_days", "periods", "login_trend",
    "login_trend_summary", "rejected_records",
)  # fmt: skip

# Names of further lists of files (`<name>_files`), with the day table whose files each list contains.
_SOURCE_DAY_TABLE = {
    "app_devices": "app_devices",
    "usage_daily": "app_devices",
    "billing_daily": "verification_hours",
    "billing_hourly": "verification_hours",
}

# Large tables that no table of the first connection reads: built in a second connection, in parallel.
_PARALLEL_TABLES = ("outcome_daily", "channel_detail_daily", "billing_daily", "billing_hourly")
# Each row of these tables depends only on its own day, not on the registry, so the rows of unchanged days are kept.
_CARRIED = (*_PARALLEL_TABLES, *SESSION_TABLES, "channel_daily", "latency_daily", "unmapped_codes")
# Tables that read one of the large tables, built after these in the second connection.
_PARALLEL_DEPENDENT_TABLES = ("resource_package_usage",)

# The first day on which the uses drawn by apps differ from the uses of a package or account.
_FIRST_MISMATCH_QUERY = (
    "SELECT day, kind, name FROM ("
    "SELECT day, 'package' AS kind, resource_package_id AS name, uses FROM out.resource_package_usage "
    "WHERE resource_package_id IS NOT NULL "
    "UNION ALL SELECT day, 'package', resource_package_id, -used FROM out.resource_package_daily "
    "UNION ALL SELECT day, 'account', account_id, uses FROM out.resource_package_usage "
    "UNION ALL SELECT day, 'account', account_id, -uses FROM out.billing_daily SEMI JOIN out.resource_packages "
    "USING (account_id)) GROUP BY ALL HAVING sum(uses) <> 0 ORDER BY ALL LIMIT 1"
)

# Tables computed by a statement, and tables read from stored files or account views. All others are rows in memory.
_COMPUTED = {file.stem: sql("pipelines.marts", file.stem) for file in (Path(__file__).parent / "sql").glob("*.sql")}
_STORED = {
    **{name: TABLES[name].stored(f"getvariable('{name}_files')") for name in (*_FROM_DAYS, "restatements")},
    "billing_daily": "account_days",
    "billing_hourly": "account_hours",
}
QUERIES = _COMPUTED | {name: TABLES[name].query(source, nulls="FIRST") for name, source in _STORED.items()}


def build_marts(
    store: Store, manifest: Manifest, settings: Settings, registry: Registry, checks: list[CheckResult],
    billing: Mapping[str, pl.DataFrame] | None, incidents: AllIncidents,
) -> dict[str, int]:  # fmt: skip
    """Build all published tables from the days of the manifest, and replace the published file. Return the number
    of rows of each.

    Args:
        billing: the tables of packages and of reconciliation as of the manifest's as-of day; None if there is no
            billing data.
        incidents: the incidents as of that day.

    Raises:
        AuthmeterError: a key occurs twice in a table, the uses of packages do not add up, or the file differs from the
            rows written; nothing is published.
    """
    fresh = store.fresh_folder("marts") / "authmeter.duckdb"
    kept = carry_over(store.database, fresh, manifest, registry.accounts_fingerprint)
    if not kept:
        write_empty_file(fresh)
    files = _source_files(store, manifest, kept)
    with workbench(settings, store.temp, [store.warehouse]) as connection:
        connection.execute(f"ATTACH {literal(str(fresh))} AS out")
        second = connection.cursor()
        for each in (connection, second):
            set_files(each, files)
        create_account_views(second, registry, files["billing_daily_files"])
        listed = dict(billing or {})
        for name in _PARALLEL_DEPENDENT_TABLES:
            if name in listed:
                second.register(f"listed_{name}", listed.pop(name).to_arrow())
        empty = {name for name in TABLES if files.get(f"{name}_files") == []}
        empty |= set() if billing else set(BILLING_TABLES)
        carried = keep_only(connection, _CARRIED, kept) if kept else {}
        with ThreadPoolExecutor(1) as pool:
            second_rows = pool.submit(_fill, second, (*_PARALLEL_TABLES, *_PARALLEL_DEPENDENT_TABLES), empty, manifest)
            rows_held = listed_rows(store, manifest, settings, registry, checks, listed, incidents) | incident_rows(
                incidents
            )
            for name, rows in rows_held.items():
                connection.register(name, rows)
            rejects = "FROM rejects_of(getvariable('rejects_files'))" if files["rejects_files"] else NO_REJECTS
            connection.execute(f"CREATE TEMP VIEW file_rejects AS {rejects}")
            here = [name for name in _built() if name not in (*_PARALLEL_TABLES, *_PARALLEL_DEPENDENT_TABLES)]
            rows_by_table = _fill(connection, here, empty, manifest)
            rows_by_table |= second_rows.result()
        for name, rows in carried.items():
            rows_by_table[name] = rows_by_table.get(name, 0) + rows
        _check_keys(connection, kept)
        if billing:
            _require_equal_uses(connection)
        connection.execute("CHECKPOINT out")
        connection.execute("DETACH out")
        _require_as_written(connection, fresh, rows_by_table, manifest)
    drop_note(store.database)
    place_published(fresh, store.database)
    write_note(store.database, manifest, registry, tables_digest())
    return rows_by_table


def _require_equal_uses(connection: duckdb.DuckDBPyConnection) -> None:
    """Check the sums of `resource_package_usage`. On each day, the uses drawn from a package must equal its `used` in
    `resource_package_daily`, and the uses of an account with a package must equal its uses in `billing_daily`.

    Raises:
        BooksError: the sums differ.
    """
    for day, kind, name in connection.execute(_FIRST_MISMATCH_QUERY).fetchall():
        raise ledger_error(f"On {day}, the uses drawn by apps differ from the uses of the {kind} {name}.")


def _require_as_written(
    connection: duckdb.DuckDBPyConnection, fresh: Path, rows: dict[str, int], manifest: Manifest
) -> None:
    """Open the finished file again, and check that it names this run and its time, and that each table has as many rows
    as were written.

    Raises:
        AuthmeterError: the run, or the number of rows of a table, differs.
    """
    connection.execute(f"ATTACH {literal(str(fresh))} AS written (READ_ONLY)")
    connection.execute("USE written")
    counts = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in TABLES)
    found = dict(connection.execute(counts).fetchall())
    run = run_of(connection)
    connection.execute("USE memory")
    connection.execute("DETACH written")
    if found == {name: rows.get(name, 0) for name in TABLES} and run == (manifest.run, str(manifest.generated_at)):
        return
    raise AuthmeterError(
        "The tables that were read back differ from the tables that were written.",
        where=str(fresh),
        why="Another program wrote to the file, or the disk lost a part of it; the last good report stays published.",
        do="Check that no other program writes to warehouse/tmp and that the disk is sound, then run again.",
    )


def _fill(
    connection: duckdb.DuckDBPyConnection, names: Iterable[str], empty: Collection[str], manifest: Manifest
) -> dict[str, int]:
    """Fill the tables of `names`, except tables in `empty`, which have no rows. Return the number of rows added to each
    filled table.

    All tables are filled in one transaction, because each commit waits for the disk.
    """
    connection.execute("BEGIN")
    rows = {}
    for name in names:
        if name in empty:
            continue
        query = QUERIES.get(name, f"FROM listed_{name}")
        values = {"as_of": manifest.as_of, "masking_version": MASKING_VERSION, "mask": MASK}
        given = {known: value for known, value in values.items() if f"${known}" in query}
        rows[name] = int(connection.execute(f"INSERT INTO out.{name} BY NAME {query}", given).fetchall()[0][0])
    connection.execute("COMMIT")
    return rows


def _built() -> list[str]:
    """Return the names of all published tables, in the order in which they are built."""
    return [*_ORDER, *sorted(TABLES.keys() - set(_ORDER))]


def _check_keys(connection: duckdb.DuckDBPyConnection, kept: Sequence[date]) -> None:
    """Check that the keys of each published table are unique. Rows of the `kept` days, which were copied from the old
    published file, are skipped: they were checked before.

    Raises:
        BooksError: a key occurs twice.
    """
    # Rows from memory are sorted here; the results of queries are sorted already.
    keys = {name: TABLES[name].key for name in _built()}
    sources = {
        name: f"out.{name}" if name in QUERIES else f"(FROM out.{name} ORDER BY {', '.join(key)})"
        for name, key in keys.items()
    }
    if kept:
        sources |= {name: f"(FROM out.{name} WHERE day > DATE '{kept[-1]}')" for name in _CARRIED}
    require_unique_keys(connection, keys, sources, "marts")


def _source_files(store: Store, manifest: Manifest, kept: Sequence[date]) -> dict[str, list[str]]:
    """Return the Parquet files that the statements read, by the name of the DuckDB variable that lists the files.

    `kept` are days whose rows are carried over: files of these days are left out for the tables in `_CARRIED`.
    """
    carried = frozenset(kept)
    first_recent = manifest.as_of - timedelta(days=RECENT_DAYS - 1) if manifest.as_of else date.min
    files = {
        f"{table}_files": [
            file
            for day, file in store.day_table_files(manifest, source).items()
            if not (table in _CARRIED and day in carried) and (table not in RECENT or day >= first_recent)
        ]
        for table, source in {name: name for name in _FROM_DAYS}.items() | _SOURCE_DAY_TABLE.items()
    }
    files["restatements_files"] = [str(file) for file in store.restatement_files(manifest)]
    rejects = {store.rejects_file(entry.part) for entry in manifest.live_files() if entry.part and entry.rejected}
    files["rejects_files"] = sorted(map(str, rejects))
    return files
