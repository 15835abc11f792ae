"""Restatements: every published figure that a later run changed, with what changed it."""

from datetime import date

import polars as pl

from pipelines.store import DayEntry, Manifest, Store

COUNTS = (
    "authorization_requests", "authorizations", "authorizations_cancelled", "authorizations_failed",
    "verification_requests", "verifications", "mismatches", "unknowns", "billable_verifications", "devices",
)  # fmt: skip
LATENCIES = ("latency_p50_ms", "latency_p95_ms")
# Devices of an app over all its channels: they are no sum of the channels' own.
ALL_CHANNELS = "*"
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "run": pl.Int64, "day": pl.Date, "app_key": pl.String, "channel": pl.String, "metric": pl.String,
    "published_before": pl.Int64, "published_now": pl.Int64, "cause": pl.String,
}  # fmt: skip


def changed_figures(store: Store, manifest: Manifest, day: date, new: DayEntry | None) -> list[pl.DataFrame]:
    """The figures of a day that were published and are now other ones; none for a day that was not yet closed.

    `published_before` is NULL where the day was missing, `published_now` where it is missing now; else an absent
    count is 0. `cause` names the files that came, went or were replaced.
    """
    if manifest.closed_through is None or day > manifest.closed_through:
        return []
    old = manifest.days.get(day)
    before, now = _figures(store, old), _figures(store, new)
    both = before.join(now, on=["app_key", "channel", "metric"], how="full", coalesce=True, suffix="_now")
    is_count = pl.col("metric").is_in(COUNTS)
    both = both.with_columns(
        published_before=_or_zero("figure", is_count & pl.lit(old is not None)),
        published_now=_or_zero("figure_now", is_count & pl.lit(new is not None)),
    ).filter(pl.col("published_before").ne_missing(pl.col("published_now")))
    changed = both.with_columns(
        run=pl.lit(manifest.run + 1, pl.Int64), day=pl.lit(day), cause=pl.lit(_cause(manifest, old, new))
    )
    typed = [pl.col(name).cast(kind) for name, kind in SCHEMA.items()]
    return [changed.select(typed).sort("app_key", "channel", "metric")]


def _or_zero(column: str, where: pl.Expr) -> pl.Expr:
    return pl.when(where).then(pl.col(column).fill_null(0)).otherwise(pl.col(column))


def _figures(store: Store, entry: DayEntry | None) -> pl.DataFrame:
    columns = {"app_key": pl.String, "channel": pl.String, "metric": pl.String, "figure": pl.Int64}
    if entry is None:
        return pl.DataFrame(schema=columns)
    typed = [pl.col(name).cast(kind) for name, kind in columns.items()]
    channels = pl.read_parquet(store.day_table(entry, "channel_daily"))
    apps = pl.read_parquet(store.day_table(entry, "app_devices")).with_columns(channel=pl.lit(ALL_CHANNELS))
    frames = [
        frame.unpivot(on=metrics, index=["app_key", "channel"], variable_name="metric", value_name="figure").select(
            typed
        )
        for frame, metrics in ((channels, [*COUNTS, *LATENCIES]), (apps, ["devices"]))
    ]
    return pl.concat(frames)


def _cause(manifest: Manifest, old: DayEntry | None, new: DayEntry | None) -> str:
    """The files whose coming or going changed the day; without any, what else did."""
    before, now = set(old.parts if old else ()), set(new.parts if new else ())
    paths = sorted({entry.path for entry in manifest.files if entry.part in before ^ now})
    return "; ".join(paths) if paths else "registry, result codes or billing rule"
