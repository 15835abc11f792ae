"""The published tables and the pages' charts for notebooks: `notebook.open("data")`, described in docs/engineer.md.

Tables are Polars frames, charts Plotly figures (`reports/plots/`). No other module imports this one; only it and
`reports/plots/` import Plotly.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import polars as pl

from pipelines.common.errors import UsageError
from pipelines.common.files.near_names import nearly
from pipelines.contract.record.fields import ALL_APPS
from pipelines.contract.tables.tables import TABLES, VIEWS
from pipelines.store.published_file import damage_explained, open_published
from pipelines.store.store import Store
from reports.charts.shapes import THEMES
from reports.content.billing.resource_packages import package_accounts
from reports.content.context import quality_by_day
from reports.content.published import PublishedTables
from reports.content.wording.language import LANGUAGES, t
from reports.export.tables import published_table
from reports.plots.funnel import funnel
from reports.plots.incident import incident
from reports.plots.packages import packages
from reports.plots.source import Source
from reports.plots.trend import SPANS, trend

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def open(data: Path | str, language: str = "zh", theme: str = "light") -> "Notebook":
    """Open the published tables of a data folder.

    Args:
        language: of the figures, `zh` or `en`.
        theme: of the figures, `light` or `dark`.

    Raises:
        UsageError: nothing is published, or no such language or theme.
        UnreadablePublicationError: the published file is damaged. Every method raises it, too.
    """
    _require(language, LANGUAGES, "language")
    _require(theme, THEMES, "theme")
    return Notebook(Store(Path(data)).database, language, theme)


class Notebook:
    """The tables of one publication. They can be read until `close`; later publications do not change them."""

    def __init__(self, database: Path, language: str, theme: str) -> None:
        self._database, self._connection = database, open_published(database)
        self._is_closed = False
        with damage_explained(database):
            marts = PublishedTables(self._connection)
            # Times are shown in the business time zone, as on the pages.
            self._connection.execute("SET TimeZone = $zone", {"zone": marts.publication.time_zone})
            self._source = Source(marts, quality_by_day(marts), language, theme)
            self._apps: dict[str, str] = {key: name for key, name, *_ in marts.rows("site/known_apps")}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the published file. From then on, every method that reads it raises a `UsageError`."""
        self._is_closed = True
        self._connection.close()

    @property
    def tables(self) -> list[str]:
        """The names of the published tables and views."""
        return sorted(TABLES | VIEWS)

    def table(self, name: str) -> pl.DataFrame:
        """Return a published table or view, in the order of its key.

        Raises:
            UsageError: no such table is published.
        """
        found = published_table(name, "name")
        with self._reading():
            return pl.DataFrame(self._connection.sql(found.query(name)))

    def trend(
        self, app_key: str = ALL_APPS, chart: str = "authorizations", days: int = 30, series: str | None = None
    ) -> "Figure":
        """Return a chart of an app, or of all apps together (`*`), over the last `days` days.

        Args:
            chart: name of the chart; docs/engineer.md lists the names.
            days: 7, 30 or 90.
            series: the only channel or count of usage to draw, with its usual range and the same number of days just
                before; None draws all.

        Raises:
            UsageError: no such app, chart, series or number of days.
        """
        _require(days, SPANS, "days")
        with self._reading():
            return trend(self._source, app_key, self._name(app_key), chart, days, series)

    def funnel(self, app_key: str = ALL_APPS, days: int = 7) -> "Figure":
        """Return the funnel of one-click login of an app, or of all apps together (`*`), over the last `days` days.

        Args:
            days: 7, 30 or 90.

        Raises:
            UsageError: no such app or number of days.
        """
        _require(days, SPANS, "days")
        with self._reading():
            return funnel(self._source, app_key, self._name(app_key), days)

    def incident(self, incident_id: str) -> "Figure":
        """Return the curve of an incident: the newest 60 days of its subject, with the usual range.

        Raises:
            UsageError: no such incident is published.
        """
        with self._reading():
            found = {one.incident.incident_id: one for one in self._source.marts.incidents()}
            if incident_id not in found:
                raise _unknown("incident", incident_id, found, "incidents")
            published = found[incident_id]
            return incident(self._source, published, self._name(published.incident.app_key))

    def packages(self, account_id: str) -> "Figure":
        """Return the units left in an account's resource packages by day, with the forecast.

        Raises:
            UsageError: no such account has a package.
        """
        with self._reading():
            found = {one.row.account_id: one for one in package_accounts(self._source.marts)}
            if account_id not in found:
                raise _unknown("account with a resource package", account_id, found, "resource_packages")
            return packages(self._source, found[account_id])

    @contextmanager
    def _reading(self) -> Iterator[None]:
        if self._is_closed:
            raise UsageError("The published tables are closed.", do="Open them again with `notebook.open`.")
        with damage_explained(self._database):
            yield

    def _name(self, app_key: str) -> str:
        if app_key == ALL_APPS:
            return self._source.text(t("All apps"))
        if app_key not in self._apps:
            raise _unknown("app", app_key, self._apps, "apps")
        return self._apps[app_key]


def _require(given: object, known: Collection[object], where: str) -> None:
    if given not in known:
        raise UsageError(f"{given!r} is unknown.", where=where, do=f"Give one of {', '.join(map(str, known))}.")


def _unknown(what: str, name: str, known: Iterable[str], table: str) -> UsageError:
    return UsageError(f"No {what} {name!r} is published.", do=f"Give one of the table `{table}`.{nearly(name, known)}")
