"""Restatements: every published figure that a later run changed, with what changed it.

The figures of a day are those of `channel_daily`; those of `usage_daily`, under the channel `*`; and those of all apps
together, under the app `*`, as `login_trend` and `latency_daily` have them and the pages show them.
"""

from contextlib import closing, suppress
from datetime import date

import duckdb
import polars as pl

from pipelines.contract.counts import COUNTS
from pipelines.contract.metrics import METRICS
from pipelines.contract.record import CHANNELS
from pipelines.store.database import open_published
from pipelines.store.manifest import DayEntry, Manifest, origin_of
from pipelines.store.store import Store

LATENCIES = ("latency_p50_ms", "latency_p95_ms")
# The figures of an app over all its channels: the metric, what it sums, and in which channels.
USAGE: dict[str, tuple[str, tuple[str, ...]]] = {
    **{name: (metric.summed, metric.channels) for name, metric in METRICS.items() if metric.summed},
    "verification_requests": ("verification_requests", CHANNELS),
    "billable_verifications": ("billable_verifications", CHANNELS),
}
# All channels of an app together, and all apps together.
ALL = "*"
REGISTRY = "registry, result codes or billing rule"
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "run": pl.Int64, "day": pl.Date, "app_key": pl.String, "channel": pl.String, "metric": pl.String,
    "published_before": pl.Int64, "published_now": pl.Int64, "cause": pl.String,
}  # fmt: skip
_KEY = ["app_key", "channel", "metric"]
_FIGURE = {"app_key": pl.String, "channel": pl.String, "metric": pl.String, "figure": pl.Int64}
# Where the figures of a day are: its own table, and what is published of it.
_TABLES = {
    "channel_daily": "FROM channel_daily WHERE day = $day",
    "app_devices": "SELECT day, app_key, devices FROM usage_daily WHERE day = $day",
    "latency_daily": "FROM latency_daily WHERE day = $day",
}


def changed_figures(
    store: Store,
    manifest: Manifest,
    day: date,
    new: DayEntry | None,
    are_rules_new: bool = False,
) -> list[pl.DataFrame]:
    """The figures of a closed day that were published and are now other ones.

    `published_before` is NULL where the day was missing, `published_now` where it is missing now; else an absent
    count is 0. An app without a record of a day that appears or vanishes has no row of its own: that its figures went
    from unknown to 0, or back, stands in the rows of all apps.

    `cause` names the files that came, went or were replaced, and the registry, result codes or billing rule where
    `are_rules_new` or no file is the cause.
    """
    old = manifest.days.get(day)
    if old and new and old.content == new.content:
        return []
    old_tables = _day_tables(store, old, day) if old else None
    before = _figures(old_tables) if old_tables else _no_figures()
    new_tables = _day_tables(store, new, day) if new else None
    if new_tables and old_tables and "latency_daily" not in old_tables:
        # An earlier version published no such figures.
        del new_tables["latency_daily"]
    now = _figures(new_tables) if new_tables else _no_figures()
    both = before.join(now, on=_KEY, how="full", coalesce=True, suffix="_now")
    is_count = ~pl.col("metric").is_in(LATENCIES)
    both = both.with_columns(
        published_before=_or_zero("figure", is_count & pl.lit(bool(old_tables))),
        published_now=_or_zero("figure_now", is_count & pl.lit(bool(new_tables))),
    ).filter(pl.col("published_before").ne_missing(pl.col("published_now")))
    cause = _cause(manifest, old, new, are_rules_new)
    changed = both.with_columns(run=pl.lit(manifest.run + 1, pl.Int64), day=pl.lit(day), cause=pl.lit(cause))
    typed = [pl.col(name).cast(kind) for name, kind in SCHEMA.items()]
    return [changed.select(typed).sort(_KEY)]


def _or_zero(column: str, where: pl.Expr) -> pl.Expr:
    return pl.when(where).then(pl.col(column).fill_null(0)).otherwise(pl.col(column))


def _no_figures() -> pl.DataFrame:
    return pl.DataFrame(schema=_FIGURE)


def _day_tables(store: Store, entry: DayEntry, day: date) -> dict[str, pl.DataFrame]:
    """The tables with the figures of a day; what was lost is taken from the published file, if it is there."""
    tables = {}
    for name, query in _TABLES.items():
        file = store.day_table(entry, name)
        if file.is_file():
            tables[name] = pl.read_parquet(file)
        elif store.database.is_file():
            with closing(open_published(store.database)) as connection, suppress(duckdb.CatalogException):
                tables[name] = pl.DataFrame(connection.sql(query, params={"day": day}))
    return tables if "channel_daily" in tables else {}


def _figures(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    channels, devices = tables["channel_daily"], tables["app_devices"]
    apps = channels.group_by("app_key").agg(
        pl.col(counted).filter(pl.col("channel").is_in(of)).sum().alias(metric)
        for metric, (counted, of) in USAGE.items()
    )
    # Of all apps together every channel has its figures, also 0.
    every = pl.DataFrame({"channel": CHANNELS}).join(
        channels.group_by("channel").agg(pl.col(COUNTS).sum()), on="channel", how="left"
    )
    latencies = [_long(tables["latency_daily"], list(LATENCIES))] if "latency_daily" in tables else []
    return pl.concat(
        [
            _long(channels, [*COUNTS, "devices", *LATENCIES]),
            _long(apps.join(devices, on="app_key", how="left").fill_null(0), [*USAGE, "devices"]),
            _long(every.fill_null(0), list(COUNTS)),
            _long(apps.select(pl.col(USAGE).sum()), list(USAGE)),
            *latencies,
        ]
    )


def _long(frame: pl.DataFrame, metrics: list[str]) -> pl.DataFrame:
    """One row for each figure; a table without an app or a channel is of all of them."""
    missing = [pl.lit(ALL).alias(name) for name in ("app_key", "channel") if name not in frame.columns]
    return (
        frame.with_columns(missing)
        .unpivot(on=metrics, index=["app_key", "channel"], variable_name="metric", value_name="figure")
        .select(pl.col(name).cast(kind) for name, kind in _FIGURE.items())
    )


def _cause(manifest: Manifest, old: DayEntry | None, new: DayEntry | None, are_rules_new: bool) -> str:
    """The files whose coming or going changed the day, those that were read again, and what else did."""
    before, now = ({origin_of(part) for part in (entry.parts if entry else ())} for entry in (old, new))
    causes = set()
    for entry in manifest.files:
        name = entry.records_name
        if (name in now - before and entry.earlier_parts) or before.intersection(map(origin_of, entry.earlier_parts)):
            causes.add(f"{entry.path} (read again)")
        elif name in before ^ now:
            causes.add(entry.path)
    return "; ".join([*sorted(causes), REGISTRY] if are_rules_new or not causes else sorted(causes))
