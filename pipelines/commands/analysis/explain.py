"""`authmeter explain`: splits the change of a rate between two spans by platform, carrier, SDK version and more."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb
import polars as pl

from pipelines.common.days import Window
from pipelines.common.errors import UsageError
from pipelines.common.text import counted, half_up, per_cent, printable
from pipelines.contract.measures.counts import RISING, TECHNICAL, WATCHED
from pipelines.contract.measures.metrics import METRICS
from pipelines.contract.measures.session_metrics import FUNNEL, STEP_PAIRS
from pipelines.contract.measures.sql import has_data
from pipelines.incidents.causes import named_cells
from pipelines.incidents.explained import SESSION_SOURCES, Explained, explain
from pipelines.incidents.incident import ALL
from pipelines.incidents.published import channel_words
from pipelines.store.published_file import published_tables
from pipelines.store.store import Store
from reports.content.listings import LISTINGS
from reports.content.sign_in.funnel import missing_steps
from reports.export.exports import require_app

# Cells printed per dimension, those with the largest effect first; JSON has all.
_LISTED: Final = 5


@dataclass(frozen=True)
class ExplainRequest:
    """A rate, and the two spans between which its change is explained.

    Without `channel`, `metric` must be a session rate. Without `app_key`, the rate is that of all apps together.
    Without `metric`, it is the channel's first rate.
    """

    channel: str | None
    now: Window
    before: Window
    app_key: str | None
    metric: str | None


class _Coverage(NamedTuple):
    """The number of days with data in each span."""

    before: int
    now: int


def print_explained(data: Path, request: ExplainRequest, *, as_json: bool) -> None:
    """Print how much each cell (a value of a dimension) moved a rate from one span to another.

    Raises:
        UsageError: nothing is published, or only by an older version; app, channel or rate is unknown; a span has no
            requests, or its logs lack a step of the rate.
    """
    with published_tables(Store(data).database) as connection:
        metric, channel = _rate_of(request, sorted(channel_words(connection)))
        if request.app_key is not None:
            require_app(connection, request.app_key)
        _require_steps(connection, request, metric)
        published = _published_days(connection)
        spans = _within(published, request.before), _within(published, request.now)
        found = explain(connection, (metric, request.app_key or ALL, channel), *spans)
        there = _Coverage(*(_days_with_data(connection, span) for span in (request.before, request.now)))
    for option, span, requests in (
        ("--before", request.before, found.counts["requests_before"]),
        ("--now", request.now, found.counts["requests_now"]),
    ):
        if not requests:
            raise UsageError(
                f"{_named(metric, channel)} has no {_requests(metric)} from {span.first} to {span.last}.",
                where=option,
                why=f"A rate needs {_requests(metric)}s.",
                do=f"Choose days with data, from {published.first} to {published.last}.",
            )
    if as_json:
        print(json.dumps(_fields(request, metric, channel, found, there), ensure_ascii=False))
    else:
        print("\n".join(_lines(request, metric, channel, found, there)))


def _published_days(connection: duckdb.DuckDBPyConnection) -> Window:
    """Return the days from the first record to the as-of."""
    first, last = connection.execute("SELECT first_day, as_of FROM publication").fetchall()[0]
    return Window(first or last, last)


def _within(published: Window, span: Window) -> Window:
    """Return the published days of a span. If no day of the span is published, the result ends before it begins."""
    return Window(max(span.first, published.first), min(span.last, published.last))


def _days_with_data(connection: duckdb.DuckDBPyConnection, span: Window) -> int:
    query = f"SELECT count(*) FROM day_quality WHERE day BETWEEN $first AND $last AND {has_data()}"
    ((days,),) = connection.execute(query, {"first": span.first, "last": span.last}).fetchall()
    return int(days)


def _require_steps(connection: duckdb.DuckDBPyConnection, request: ExplainRequest, metric: str) -> None:
    """Refuse a rate of the funnel if the logs of either compared span lack one of the rate's two steps.

    All other rates are accepted.

    Raises:
        UsageError: a step is missing.
    """
    if METRICS[metric].numerator not in STEP_PAIRS:
        return
    query = LISTINGS["funnel_sums"].query
    for option, span in (("--before", request.before), ("--now", request.now)):
        values = {"first": span.first, "last": span.last, "app_key": request.app_key or ALL}
        (row,) = connection.execute(query, values).fetchall()
        counts = dict(zip(("sessions", *FUNNEL), row, strict=True))
        missing = missing_steps(counts, STEP_PAIRS[METRICS[metric].numerator or ""])
        if missing:
            step = missing[0]
            raise UsageError(
                f"The logs from {span.first} to {span.last} lack the step {step}.",
                where=option,
                why=f"Fewer than half of the sessions that signed in by one_click have it, so {metric} would be wrong.",
                do=f"Choose days with records of stage `{step}`. To log them, see docs/log-format.md, Log a sign-in.",
            )


def _rate_of(request: ExplainRequest, channels: Sequence[str]) -> tuple[str, str]:
    """Return the requested rate and its channel. Without `--metric`, the first rate of the channel is meant. Only a
    session rate needs no `--channel`.

    Raises:
        UsageError: no rate is chosen, or the channel or rate does not exist.
    """
    source = SESSION_SOURCES.get(request.metric or "")
    if request.channel is None:
        if request.metric and source:
            return request.metric, source.channel
        raise UsageError(
            "No rate is chosen.",
            where="--channel",
            why="Every channel has rates of its own.",
            do=f"Use --channel with one of {', '.join(channels)}, or --metric with {' or '.join(SESSION_SOURCES)}.",
        )
    metrics = [name for name in WATCHED if request.channel in channels and METRICS[name].is_watched_in(request.channel)]
    # Users cancel in all channels with sign-ins, also where no incident is opened for it.
    metrics += RISING if TECHNICAL in metrics else ()
    metrics += [name for name, one in SESSION_SOURCES.items() if one.channel == request.channel]
    if not metrics:
        raise UsageError(
            f"The channel {request.channel!r} does not exist.",
            where="--channel",
            do=f"Use one of {', '.join(channels)}.",
        )
    if request.metric is not None and request.metric not in metrics:
        raise UsageError(
            f"{request.channel} has no rate {request.metric!r}.", where="--metric", do=f"Use {' or '.join(metrics)}."
        )
    return request.metric or metrics[0], request.channel


def _requests(metric: str) -> str:
    """Return the noun for the units that the rate divides by: `session` or `request`."""
    return "session" if METRICS[metric].denominator != "prefetches" and metric in SESSION_SOURCES else "request"


def _named(metric: str, channel: str) -> str:
    """Return the name of the rate in a message: the channel, or the metric if the rate is over all channels."""
    return metric if channel == ALL else channel


def _fields(request: ExplainRequest, metric: str, channel: str, found: Explained, there: _Coverage) -> dict[str, Any]:
    before, now = _rates(found)
    cause = asdict(found.cause)
    return {
        "metric": metric, "app_key": request.app_key or ALL, "channel": channel,
        "before": _days(request.before), "now": _days(request.now),
        "days_with_data_before": there.before, "days_with_data_now": there.now,
        **found.counts, "rate_before": before, "rate_now": now,
        "cause_kind": cause.pop("kind"), "cause": cause.pop("cell"), "cause_before": cause.pop("before"),
        "cause_now": cause.pop("now"), **cause,
        "cells": named_cells(found.cells).drop("incident_id").to_dicts(),
    }  # fmt: skip


def _rates(found: Explained) -> tuple[float, ...]:
    return tuple(found.counts[f"successes_{side}"] / found.counts[f"requests_{side}"] for side in ("before", "now"))


def _lines(request: ExplainRequest, metric: str, channel: str, found: Explained, there: _Coverage) -> Iterator[str]:
    before, now = _rates(found)
    named = metric if channel == ALL else f"{metric} of {channel}"
    yield f"{named}, {request.app_key or 'all apps'}: {per_cent(before, 2)} → {per_cent(now, 2)}"
    for label, span, days in (("before", request.before, there.before), ("now", request.now, there.now)):
        requests, successes = (found.counts[f"{name}_{label}"] for name in ("requests", "successes"))
        of_days = f"{days} of {counted((span.last - span.first).days + 1, 'day')} with data"
        yield f"{label:<8} {_days(span)}: {successes:,} of {requests:,}, {of_days}"
    cause = found.cause
    yield f"cause    {cause.kind}" + (f": {printable(cause.cell)}" if cause.cell else "")
    if cause.cell:
        rest = f"{_share(cause.rest_before)} → {_share(cause.rest_now)}"
        own = f"{_share(cause.before)} → {_share(cause.now)}"
        yield f"         {own}, the rest {rest}; {_share(cause.share)} of the change"
    yield f"{'dimension':<14} {'value':<20} {f'{_requests(metric)}s':>21} {'rate':>17} {'mix':>8} {'own rate':>8}"
    singles = found.cells.filter(pl.col("second").is_null())
    for cells in singles.partition_by("dimension"):
        most = cells.sort((pl.col("mix_effect") + pl.col("rate_effect")).abs(), "value", descending=[True, False])
        yield from (_cell_line(row) for row in most.head(_LISTED).iter_rows(named=True))
        if cells.height > _LISTED:
            yield f"{cells['dimension'][0]:<14} … (+{cells.height - _LISTED})"


def _cell_line(row: dict[str, Any]) -> str:
    before, now = (
        row[f"successes_{side}"] / row[f"requests_{side}"] if row[f"requests_{side}"] else None
        for side in ("before", "now")
    )
    requests = f"{row['requests_before']:,} → {row['requests_now']:,}"
    rates = f"{_share(before)} → {_share(now)}"
    # Adding 0 turns -0.00 into 0.00.
    effects = " ".join(f"{half_up(row[name] * 100, 2) + 0:>+8.2f}" for name in ("mix_effect", "rate_effect"))
    return f"{row['dimension']:<14} {printable(row['value']):<20} {requests:>21} {rates:>17} {effects}"


def _share(value: float | None) -> str:
    return "—" if value is None else per_cent(value, 1)


def _days(span: Window) -> str:
    return f"{span.first}..{span.last}"
