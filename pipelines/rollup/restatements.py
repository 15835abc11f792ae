"""Restatements: every published figure that a later run changed, and the cause of the change.

A figure of a day is a metric of `channel_daily`, a metric of `usage_daily` (with the channel `*`), or an app's number
of counted records, by channel and for `*`. If records of an app and channel only moved between rows, so that no figure
changed, one row states how many (see `_moved_records`).
"""

from datetime import date

import polars as pl

from pipelines.contract.measures.counts import BY_CHANNEL, COUNTS, TOTALS
from pipelines.contract.measures.metrics import METRICS
from pipelines.contract.tables.restatement_causes import CAUSE_SEPARATOR, READ_AGAIN, RULES_CHANGED
from pipelines.contract.tables.tables import TABLES
from pipelines.rollup.stored_rows import published_rows, stored_rows
from pipelines.store.manifest import DayEntry, Manifest, original_name
from pipelines.store.store import Store

LATENCIES = ("latency_p50_ms", "latency_p95_ms")
# The figures of an app over all its channels.
USAGE: dict[str, pl.Expr] = {
    **{
        name: pl.col(METRICS[name].summed).filter(pl.col("channel").is_in(METRICS[name].channels)).sum()
        for name in BY_CHANNEL
    },
    **{name: pl.col(name).sum() for name in (*TOTALS, "records")},
}
# All channels of an app together.
ALL = "*"
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "run": pl.Int64, "day": pl.Date, "app_key": pl.String, "channel": pl.String, "metric": pl.String,
    "published_before": pl.Int64, "published_now": pl.Int64, "cause": pl.String, "closed_through": pl.Date,
}  # fmt: skip
_SUBJECT = ["app_key", "channel"]
_KEY = [*_SUBJECT, "metric"]
_FIGURE = {"app_key": pl.String, "channel": pl.String, "metric": pl.String, "figure": pl.Int64}
# The queries of a day's figures in the published file; the day tables have the same names.
_TABLES = {
    "channel_daily": "FROM channel_daily WHERE day = $day",
    "app_devices": "SELECT day, app_key, devices FROM usage_daily WHERE day = $day",
    "channel_detail_daily": "FROM channel_detail_daily WHERE day = $day",
    "outcome_daily": "FROM outcome_daily WHERE day = $day",
}


def changed_figures(
    store: Store, manifest: Manifest, day: date, new: DayEntry | None, are_rules_new: bool = False
) -> tuple[pl.DataFrame, str] | None:
    """Return the published figures of a closed day that changed, as rows of `restatements`, and the cause of the
    change.

    Return None if the tables of the day are the same. The frame has no rows if, for example, only the time of a use
    changed.

    Args:
        new: the new entry of the day; None if the day lost all its records.
        are_rules_new: whether the code or the rules of the day changed, not only its files.
    """
    old = manifest.days.get(day)
    if old and new and old.content == new.content:
        return None
    old_tables = _day_tables(store, old, day) if old else None
    before = _figures(old_tables) if old_tables else _no_figures()
    new_tables = _day_tables(store, new, day) if new else None
    now = _figures(new_tables) if new_tables else _no_figures()
    both = before.join(now, on=_KEY, how="full", coalesce=True, suffix="_now")
    is_count = ~pl.col("metric").is_in(LATENCIES)
    # The figures before are NULL if the whole day was missing before, the figures now if it is missing now. On other
    # days, an absent count is 0. If a whole day appears or vanishes, apps without records on it get no row.
    changed = both.with_columns(
        published_before=_or_zero("figure", is_count & pl.lit(bool(old_tables))),
        published_now=_or_zero("figure_now", is_count & pl.lit(bool(new_tables))),
    ).filter(pl.col("published_before").ne_missing(pl.col("published_now")))
    if old_tables and new_tables:
        moved = _moved_records(old_tables, new_tables).join(changed, on=_SUBJECT, how="anti")
        changed = pl.concat([changed, moved], how="diagonal")
    cause = _cause(manifest, old, new, are_rules_new)
    changed = changed.with_columns(
        run=pl.lit(manifest.run + 1, pl.Int64),
        day=pl.lit(day),
        cause=pl.lit(cause),
        closed_through=pl.lit(manifest.closed_through, pl.Date),
    )
    typed = [pl.col(name).cast(kind) for name, kind in SCHEMA.items()]
    return changed.select(typed).sort(_KEY), cause


def _or_zero(column: str, where: pl.Expr) -> pl.Expr:
    return pl.when(where).then(pl.col(column).fill_null(0)).otherwise(pl.col(column))


def _no_figures() -> pl.DataFrame:
    return pl.DataFrame(schema=_FIGURE)


def _day_tables(store: Store, entry: DayEntry, day: date) -> dict[str, pl.DataFrame]:
    """Return the tables with the figures of a day, by name. Lost and damaged tables are read from the published file.
    Return an empty dict if a table is lost or damaged and the published file does not have it either.
    """
    tables = {}
    for name, query in _TABLES.items():
        if (rows := stored_rows(store.day_table(entry, name))) is None:
            rows = published_rows(store.database, query, day)
        if rows is None:
            return {}
        tables[name] = rows
    return tables


def _figures(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    records = tables["outcome_daily"].group_by(_SUBJECT).agg(pl.col("records").sum())
    channels = tables["channel_daily"].join(records, on=_SUBJECT, how="left")
    apps = channels.group_by("app_key").agg(**USAGE)
    of_apps = apps.join(tables["app_devices"], on="app_key", how="left").with_columns(
        pl.col("devices").fill_null(0), channel=pl.lit(ALL)
    )
    return pl.concat(
        [_long(channels, [*COUNTS, "devices", *LATENCIES, "records"]), _long(of_apps, [*USAGE, "devices"])]
    )


def _long(frame: pl.DataFrame, metrics: list[str]) -> pl.DataFrame:
    """Return one row for each app, channel and metric."""
    return frame.unpivot(on=metrics, index=_SUBJECT, variable_name="metric", value_name="figure").select(
        pl.col(name).cast(kind) for name, kind in _FIGURE.items()
    )


def _moved_records(old: dict[str, pl.DataFrame], new: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Return rows of the metric `records_moved`: how many records of an app and channel moved between rows of a table.

    If `outcome_daily` changed, the number is half the sum of its changes: a moved record leaves one row and enters
    another. Otherwise it is the number of changed rows of `channel_detail_daily`.
    """
    before, now, outcomes = _comparable(old, new, "outcome_daily")
    moved = (
        before.join(now, on=outcomes, how="full", coalesce=True, nulls_equal=True, suffix="_now")
        .with_columns(change=(pl.col("records_now").fill_null(0) - pl.col("records").fill_null(0)).abs())
        .group_by(_SUBJECT)
        .agg(published_now=pl.col("change").sum() // 2)
        .filter(pl.col("published_now") > 0)
    )
    before, now, details = _comparable(old, new, "channel_detail_daily")
    other_rows = pl.concat(
        one.join(other, on=one.columns, how="anti", nulls_equal=True) for one, other in ((before, now), (now, before))
    )
    split = other_rows.unique(details).group_by(_SUBJECT).agg(published_now=pl.len().cast(pl.Int64))
    found = pl.concat([moved, split.join(moved, on=_SUBJECT, how="anti")])
    return found.with_columns(metric=pl.lit("records_moved"), published_before=pl.lit(None, pl.Int64))


def _comparable(
    old: dict[str, pl.DataFrame], new: dict[str, pl.DataFrame], name: str
) -> tuple[pl.DataFrame, pl.DataFrame, list[str]]:
    """Return the old and the new rows of a table, and the key columns that both have.

    If the columns differ, because a newer version of authmeter added some, old and new rows are summed by the common
    key columns, and other columns are left out.
    """
    before, now = old[name], new[name]
    key = [column for column in TABLES[name].key if column in before.columns and column in now.columns]
    if before.columns == now.columns:
        return before, now, key
    sums = [pl.col(column).sum() for column in now.columns if column in before.columns and column not in key]
    return before.group_by(key).agg(sums), now.group_by(key).agg(sums), key


def _cause(manifest: Manifest, old: DayEntry | None, new: DayEntry | None, are_rules_new: bool) -> str:
    """Return the text of the column `cause` for a day: the paths of the files that were added, removed or read again.

    `RULES_CHANGED` is added if the rules are new, or if no file is the cause.
    """
    before, now = ({original_name(part) for part in (entry.parts if entry else ())} for entry in (old, new))
    causes = set()
    for entry in manifest.files:
        name = entry.records_name
        if (name in now - before and entry.earlier_parts) or before.intersection(
            map(original_name, entry.earlier_parts)
        ):
            causes.add(f"{entry.path}{READ_AGAIN}")
        elif name in before ^ now:
            causes.add(entry.path)
    return CAUSE_SEPARATOR.join([*sorted(causes), RULES_CHANGED] if are_rules_new or not causes else sorted(causes))
