"""Returns the numbers of the charts, by day and by month, from the published tables."""

from collections.abc import Sequence
from datetime import timedelta

import polars as pl

from pipelines.contract.measures.counts import CHARTED
from pipelines.contract.measures.session_metrics import FUNNEL, STEP_PAIRS, WAYS
from pipelines.contract.record.fields import ALL_APPS
from pipelines.store.site_publication import LONG_DAYS
from reports.content.figures.chart_series import LATENCIES, SeriesRows
from reports.content.published import MONTHS, PublishedTables, months_to

# Number of apps whose charts are laid out at once, which bounds memory.
CHARTED_APPS = 12_000


def chart_numbers(tables: PublishedTables, listed: pl.DataFrame) -> list[pl.DataFrame]:
    """Return the numbers of the apps in `listed` as JSON texts, in frames with one row per app.

    Columns: `app_key`; `days` and `months`, the numbers of the charts; `way_days`, sign-in sessions by day, entry
    channel and way (one of `WAYS`); `step_days`, sessions by day and step of the funnel, with median times between
    steps.

    Call it in another thread and on a second connection: most of its time is spent outside of DuckDB.
    """
    keys = listed.get_column("app_key").sort()
    tables.keep("listed_apps", keys.to_frame().with_row_index("place"))
    found = []
    for first in range(0, len(keys), CHARTED_APPS):
        of_apps = keys.slice(first, CHARTED_APPS)
        last = first + len(of_apps) - 1
        # The chart of verification results, which needs `undelivered`, is only for apps without login authorization.
        # All apps together, the very first row, never have it.
        days = _numbers(tables, "chart_days", first, last, LONG_DAYS)
        without_logins = ~days.has_logins()
        without_logins[0] &= first > 0
        texts = {"days": days.texts(CHARTED, LATENCIES, without_logins)}
        months = _numbers(tables, "chart_months", first, last, MONTHS)
        texts["months"] = months.texts(CHARTED, without_logins=without_logins)
        texts["way_days"] = _numbers(tables, "way_days", first, last, LONG_DAYS).texts(WAYS)
        times = [f"{pair}_p50_ms" for pair in STEP_PAIRS]
        texts["step_days"] = _numbers(tables, "step_days", first, last, LONG_DAYS).texts(FUNNEL, times)
        found.append(pl.DataFrame([of_apps, *(pl.Series(name, one, pl.String) for name, one in texts.items())]))
    return found


def older_day_numbers(tables: PublishedTables, keys: Sequence[str]) -> dict[str, str]:
    """Return, by app key, the counts of the days that are older than the last 90, as JSON in the form of the charts'
    numbers.

    The days begin with the first of the charts' 13 months. `keys` are sorted; apps without a record on these days are
    left out.
    """
    as_of = tables.publication.as_of
    days = (as_of - timedelta(days=LONG_DAYS - 1) - months_to(as_of)[0]).days
    rows = tables.frame("charts/older_days", first_app=keys[0], last_app=keys[-1])
    places = pl.DataFrame({"app_key": keys, "app": range(len(keys))})
    found = SeriesRows(rows.join(places, on="app_key"), tables.channel_keys, len(keys), days)
    return {key: text for key, text in zip(keys, found.texts(CHARTED), strict=True) if text != "{}"}


def chart_rows(tables: PublishedTables, app_key: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of the charts of one app, or of all apps together (`*`), by day and by month.

    Columns are `channel` and `place` (day or month), both as indexes, and counts. The first frame has the last 90 days
    and also has latencies. The second frame has the last 13 months.
    """
    # The queries return `*` only at place 0.
    listed = dict.fromkeys([ALL_APPS, app_key])
    tables.keep("listed_apps", pl.DataFrame({"place": range(len(listed)), "app_key": list(listed)}))
    place = len(listed) - 1
    days, months = (
        tables.frame(f"charts/{step}", first_app_place=place, last_app_place=place).drop("app")
        for step in ("chart_days", "chart_months")
    )
    return days, months


def _numbers(tables: PublishedTables, step: str, first: int, last: int, places: int) -> SeriesRows:
    """Return the rows of `charts/<step>` for the apps from index `first` to `last`; `places` counts days or months."""
    rows = tables.frame(f"charts/{step}", first_app_place=first, last_app_place=last)
    return SeriesRows(rows, tables.channel_keys, last - first + 1, places)
