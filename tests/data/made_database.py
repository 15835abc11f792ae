"""A published database that is filled by hand. It has every table of `pipelines/contract/tables/tables.py`, as of one
day.
"""

from contextlib import closing
from datetime import date, timedelta
from functools import cache
from itertools import count, groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from pipelines.common.sql import literal
from pipelines.contract.macros import contract_macros
from pipelines.contract.measures.metrics import METRICS
from pipelines.contract.measures.sql import sql
from pipelines.contract.tables.tables import TABLES
from pipelines.marts.empty_file import create_views

AS_OF = date(2026, 3, 31)
GENERATED_AT = "2026-04-01T02:31:07+08:00"
_NUMBERS = count()
COMPARED = ("period_days", "periods", "login_trend", "login_trend_summary")


class Database:
    """Builds one published database. `add` adds rows as mappings; absent columns are NULL."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.write_bytes(_empty_file())
        # Attaching the file takes a quarter of the time of opening it.
        self.connection = _instance().cursor()
        self._name = f"made_{next(_NUMBERS)}"
        self.connection.execute(f"ATTACH {literal(str(path))} AS {self._name}")
        self.connection.execute(f"USE {self._name}")
        # Hundreds of rows, each of which would else be written through to the disk.
        self.connection.execute("BEGIN")

    def add(self, table: str, *rows: dict[str, object]) -> None:
        """Append rows to a table. Neighbouring rows with the same columns are added by one statement, which
        saves time.
        """
        for columns, group in groupby(rows, tuple):
            values = [value for row in group for value in row.values()]
            places = ", ".join([f"({', '.join('?' * len(columns))})"] * (len(values) // len(columns)))
            self.connection.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES {places}", values)

    def publish(
        self, *, is_synthetic: bool = False, first_day: date | None = None, time_zone: str = "Asia/Shanghai"
    ) -> None:
        """Add the row of `publication` and the dictionary of metrics."""
        self.add("publication", {
            "as_of": AS_OF, "generated_at": GENERATED_AT, "time_zone": time_zone, "run": 1,
            "first_day": first_day, "is_synthetic": is_synthetic,
        })  # fmt: skip
        self.add("metrics", *({
            "metric": metric.name, "unit": metric.unit, "formula": metric.formula, "is_additive": metric.is_additive,
            "label_zh": metric.label.zh, "meaning_zh": metric.meaning.zh, "caveat_zh": metric.caveat.zh,
            "label_en": metric.label.en, "meaning_en": metric.meaning.en, "caveat_en": metric.caveat.en,
        } for metric in METRICS.values()))  # fmt: skip

    def add_codes(self) -> None:
        """Add a code dictionary: twelve codes of the SDK and twelve of the server. Every published database has one."""
        self.connection.execute("""
            INSERT INTO result_codes
            SELECT 'umeng', layer, '*', 600000 + code, 'error', NULL, 'Meaning ' || code, '含义 ' || code
            FROM range(12) AS codes(code), (SELECT unnest(['sdk', 'server']) AS layer)""")

    def close(self, *, has_periods: bool = True) -> Path:
        """Compute the tables of compared periods as the marts do, close the database, and return its path.

        Without `has_periods` these tables are empty, which halves the time of a small database.
        """
        if has_periods:
            self.connection.execute(contract_macros())
        for table in COMPARED if has_periods else ():
            query = sql("pipelines.marts", table).replace("out.", "")
            given = {"as_of": AS_OF} if "$as_of" in query else {}
            self.connection.execute(f"INSERT INTO {table} BY NAME {query}", given)
        self.connection.execute("COMMIT")
        self.connection.execute("USE memory")
        self.connection.execute(f"DETACH {self._name}")
        self.connection.close()
        return self.path


@cache
def _instance() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@cache
def _empty_file() -> bytes:
    """Return the file of a database with every table and view. Copying it takes half as long as making it again."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "empty.duckdb"
        with closing(duckdb.connect(str(file))) as connection:
            for table in TABLES.values():
                columns = ", ".join(f"{name} {kind}" for name, kind in table.columns.items())
                connection.execute(f"CREATE TABLE {table.name} ({columns})")
            # A day is as any other where a test says nothing else.
            for flag in ("is_holiday", "is_short"):
                connection.execute(f"ALTER TABLE day_quality ALTER COLUMN {flag} SET DEFAULT false")
            create_views(connection, "main")
        return file.read_bytes()


def day(back: int) -> date:
    """Return the day `back` days before the as-of."""
    return AS_OF - timedelta(days=back)
