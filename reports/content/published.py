"""Runs the queries of `sql/` and `listings.py` on the published tables. For the site, no query runs once for each app.

Other modules interpret the rows. The queries in `STEPS` run in order and prepare the figures documents: the result of
each is a temporary table with its name, which later steps read.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path, PurePosixPath
from typing import Any

import duckdb
import polars as pl

from pipelines.common.days import stamp
from pipelines.common.errors import AuthmeterError
from pipelines.common.sql import literal
from pipelines.common.text import Bilingual
from pipelines.contract.macros import contract_macros
from pipelines.contract.measures.sql import sql
from pipelines.contract.record.channels import CHANNELS, DECLARED, Channel
from pipelines.contract.record.fields import ALL_APPS, OUTCOMES
from pipelines.contract.tables.table import Table
from pipelines.incidents.published import PublishedIncident, incident_days, incidents_of, withdrawn_of
from pipelines.incidents.usual.key_days import key_days
from pipelines.incidents.usual.norms import REFERENCE_DAYS, DayNorm, IncidentDays
from pipelines.store.site_publication import LONG_DAYS
from reports.content.figures.chart_series import indexed
from reports.content.figures.document_tables import tables_query
from reports.content.figures.window_sums import WINDOW_SUMS, by_shortest, over_windows
from reports.content.listings import LISTINGS

DAYS = 30
# The longest range of the charts by month.
MONTHS = 13
# Tables that grow without bound are cut at this many rows, so that the page opens in a browser; the page shows that
# they are cut.
ROW_LIMIT = 5000
# Most restated figures on a day's page; the table `restatements` has all.
RESTATEMENTS_LISTED = 200
# Most SDK versions that an app's page lists, the rest as one row: apps may have logged dozens, and the page must stay
# small.
VERSIONS_LISTED = 5
# The same for the page of all apps together.
WHOLE_VERSIONS_LISTED = 100
# Most rows of resource packages that an app's page lists, the rest merged: names may be long, and the figures must stay
# small.
DRAWN_LISTED = 4
# Most values of a dimension by which an app's sessions can be compared; all other values are merged into one.
COMPARED_LISTED = 8
# The same for the sessions of all apps together.
WHOLE_COMPARED_LISTED = 20
# The query of each step (see `statement`), in order of execution: a step may read those before it.
STEPS = (
    "days", "code_places", "windows/day_places", "place_windows", "figures/usage_periods",
    "figures/channel_windows", "figures/breakdowns", "versions/version_requests", "versions/versions",
    "versions/versions_seen", "versions/releases", "versions/version_days", "figures/failures", "figures/app_packages",
    "figures/drawn", "windows/day_windows", *WINDOW_SUMS, "sign_in/sign_in_funnel", "sign_in/sign_in_compared",
    "figures/presence", "figures/detail_lines",
)  # fmt: skip


def months_to(day: date) -> list[date]:
    """Return the first day of each of the 13 months up to the month of `day`, oldest first."""
    last = day.year * 12 + day.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(last - MONTHS + 1, last + 1)]


def end_of_month(month: date) -> date:
    """Return the last day of the month whose first day is given."""
    return month.replace(day=monthrange(month.year, month.month)[1])


def statement(name: str) -> str:
    """Return the SQL of a query. A name with a folder is a file below `sql/`; a name without one, a listing or a sum
    over windows.
    """
    if name in LISTINGS:
        return LISTINGS[name].query
    return WINDOW_SUMS.get(name) or sql("reports.content", name, tables_query, by_shortest, over_windows, indexed)


def detail_query() -> str:
    """Return the query of the detail export: apps `$first_app` to `$last_app`, days `$first` to `$last`."""
    return statement("site/usage_detail")


@dataclass(frozen=True)
class Publication:
    """The as-of, time of the last change of data (RFC 3339), time zone, first day, and whether data is synthetic."""

    as_of: date
    generated_at: str
    time_zone: str
    first_day: date | None
    is_synthetic: bool


class PublishedTables:
    """The published tables of one as-of, read-only."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        found = self._connection.sql(LISTINGS["publication"].query).fetchall()
        if len(found) != 1:
            raise AuthmeterError(
                "Nothing is published yet.",
                where="table publication",
                why="Reports show published days only.",
                do="Run `authmeter run`.",
            )
        as_of, generated_at, time_zone, first_day, is_synthetic = found[0]
        self.publication = Publication(as_of, stamp(generated_at, time_zone), time_zone, first_day, bool(is_synthetic))
        self._values = {
            "first": as_of - timedelta(days=DAYS - 1),
            "last": as_of,
            # First day of the rows from which both the detail of the 30 days and that of the current month are cut.
            "detail_first": min(as_of - timedelta(days=DAYS - 1), as_of.replace(day=1)),
            "long_first": as_of - timedelta(days=LONG_DAYS - 1),
            "months_first": months_to(as_of)[0],
            # First day of reference for the usual range of the data day.
            "reference_first": as_of - timedelta(days=REFERENCE_DAYS),
            "limit": ROW_LIMIT,
            "days": None,
            "most": RESTATEMENTS_LISTED,
            "versions": VERSIONS_LISTED,
            "whole_versions": WHOLE_VERSIONS_LISTED,
            "drawn_listed": DRAWN_LISTED,
            "compared_listed": COMPARED_LISTED,
            "whole_compared_listed": WHOLE_COMPARED_LISTED,
            "app_key": ALL_APPS,
        }
        # Figures refer to channels and outcomes by their index in these lists.
        declared = self._connection.sql(LISTINGS["declared_channels"].query).fetchall()
        self.channels = (
            *DECLARED,
            *(Channel(key, Bilingual(zh, en), "other") for key, zh, en in declared if key not in CHANNELS),
        )
        """Every channel that the tables may contain: authmeter's own, then those that the settings declare."""
        self._values |= {"channels": self.channel_keys, "outcomes": list(OUTCOMES)}

    @property
    def channel_keys(self) -> list[str]:
        """The keys of `channels`."""
        return [one.key for one in self.channels]

    def _query(self, name: str, values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Return the text of a query, and the values of the parameters that it contains."""
        text = statement(name)
        named = set(re.findall(r"\$(\w+)", text))
        return text, {k: v for k, v in (self._values | values).items() if k in named}

    def rows(self, name: str, **values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a listing or of `sql/<name>.sql`.

        `values` are parameters of the query. They replace shared parameters of the same name, such as `$days`.
        """
        return self._connection.execute(*self._query(name, values)).fetchall()

    def incidents(self) -> list[PublishedIncident]:
        """Return every current incident: open before ended, then unacknowledged before acknowledged, then other kinds
        before `further`, then by loss, largest first.
        """
        return incidents_of(self._connection)

    def withdrawn(self) -> list[PublishedIncident]:
        """Return every withdrawn incident, the newest first."""
        return withdrawn_of(self._connection)

    def incident_days(self, ids: Sequence[str], first: date) -> list[tuple[str, date, int, int | None]]:
        """Return the days of the incidents' curves from `first` on, as rows of id, day, value and requests, sorted.

        The value is the successes of a rate, otherwise a count of requests or records, or a latency in ms. `requests`
        is the denominator of a rate, otherwise None.
        """
        return incident_days(self._connection, ids, first)

    def key_norms(self, incident_days: IncidentDays) -> dict[str, list[DayNorm]]:
        """Return values and usual ranges of each key figure on the last 90 days, oldest first; `value` is None on days
        without data.
        """
        return key_days(self._connection, self.publication.as_of, LONG_DAYS, incident_days).norms

    def frame(self, name: str, **values: object) -> pl.DataFrame:
        """Return the rows of a query as the method `rows` does, as a frame."""
        text, given = self._query(name, values)
        return pl.DataFrame(self._connection.sql(text, params=given))

    def months_of(self, table: Table) -> list[tuple[date, int, str]]:
        """Return for each calendar month with rows of a table, oldest first: the month's first day, the number of rows
        and a digest of their values. The table has a column `day`.
        """
        return self._connection.execute(
            f"SELECT date_trunc('month', day)::DATE AS month, count(*), sum(hash(rows)::HUGEINT)::VARCHAR "
            f"FROM {table.name} rows GROUP BY month ORDER BY month"
        ).fetchall()

    def count_of(self, table: Table) -> int:
        """Return the number of rows of a table."""
        found = self._connection.execute(f"SELECT count(*) FROM {table.name}").fetchone()
        return int(found[0]) if found else 0

    def write_parquet(self, query: str, file: Path) -> None:
        """Write the result of a query, in its order, as a Parquet file; the same rows give the same bytes."""
        self._connection.execute("SET preserve_insertion_order = true")
        self._connection.execute(f"COPY ({query}) TO {literal(str(file))} (FORMAT parquet, COMPRESSION zstd)")

    def second_connection(self) -> "PublishedTables":
        """Return the same tables on a second connection, for use in another thread."""
        connection = self._connection.cursor()
        connection.execute(contract_macros())
        return PublishedTables(connection)

    def prepare(self, listed: pl.DataFrame, charts: Callable[[], list[pl.DataFrame]]) -> None:
        """Create the temporary table of every step, and the table `charts`.

        Args:
            listed: every app and `*`, with app_key, app_name, platform, status, account_id, schemes, has_xlsx and
                folder (NULL for `*`).
            charts: a function that returns the result of `chart_numbers`; another thread computes it during the steps.
        """
        self.keep("listed_apps", listed)
        for step in STEPS:
            text, values = self._query(step, {})
            self._connection.execute(f"CREATE TEMP TABLE {PurePosixPath(step).name} AS {text}", values)
        self.keep("charts", pl.concat(charts()))

    def order(self, names: pl.DataFrame) -> None:
        """Store the order of the apps' names for the tables that list all apps; columns: app_key, place, pinyin."""
        self.keep("name_order", names)

    def releases(self, app_key: str) -> list[tuple[str, date]]:
        """Return the SDK versions whose release the charts mark, each with the day of the mark.

        `app_key` is an app, or `*` for all apps together.
        """
        for step in ("version_requests", "versions", "releases"):
            text, values = self._query(f"versions/{step}", {})
            if step == "version_requests":
                text, values = f"SELECT * FROM ({text}) WHERE app_key = $app_key", values | {"app_key": app_key}
            self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {step} AS {text}", values)
        return self.rows("released_versions", app_key=app_key)

    def keep(self, name: str, rows: pl.DataFrame) -> None:
        """Store rows as a temporary table, sorted by `app_key`; an earlier table of that name is replaced."""
        self._connection.register("given_rows", rows)
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM given_rows ORDER BY app_key")
        self._connection.unregister("given_rows")

    def documents(self, keys: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield key and figures document (JSON) of each app from the first of the sorted `keys` to the last."""
        found = self.frame("figures/documents", first_app=keys[0], last_app=keys[-1])
        return zip(found.get_column("app_key"), found.get_column("document"), strict=True)

    def version_documents(self, keys: Sequence[str]) -> dict[str, str]:
        """Return, by app key, all SDK versions as JSON; only for apps that have more versions than their page lists.

        `keys` are sorted, and all apps from the first key to the last are read.
        """
        return dict(self.rows("version_documents", first_app=keys[0], last_app=keys[-1]))
