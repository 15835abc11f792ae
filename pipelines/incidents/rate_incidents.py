"""Incidents of rates: the fall or rise, its loss, and its cause. The sign-in rate is in `sign_in_incidents.py`."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Final

import duckdb
import polars as pl

from pipelines.contract.measures.counts import RISING, SLOW_FALL, TECHNICAL, WATCHED
from pipelines.contract.record.dimensions import CAUSES
from pipelines.incidents.causes import NO_CELLS, with_causes
from pipelines.incidents.detection.baselines import BASELINE_DAYS
from pipelines.incidents.detection.falls import falls
from pipelines.incidents.detection.rate_measure import RateMeasure
from pipelines.incidents.detection.subjects import DayCounts, watched_rates, without_bursts
from pipelines.incidents.explained import RateIncident, compared, sides_of
from pipelines.incidents.incident import FURTHER, Incident, Subject

_CODES_NAMED: Final = 3
# Contract: a result code is new if it had less than `_NEW_BEFORE` of the baseline's requests, and now has at least
# `_NEW_SHARE` of the requests and at least `_NEW_RECORDS` requests.
_NEW_BEFORE, _NEW_SHARE, _NEW_RECORDS = 0.001, 0.02, 20
# Contract: smallest slow fall that is reported, as a difference of rates.
_LEAST_SLOW_FALL: Final = 0.03


def rate_incidents(
    connection: duckdb.DuckDBPyConnection, counts: DayCounts, days: tuple[date, ...]
) -> tuple[list[Incident], pl.DataFrame]:
    """Return every incident of a rate in these days, and the cells of all these incidents.

    Args:
        connection: has `outcome_daily`.
        counts: of these days.
        days: without a gap, up to the as-of.
    """
    return _explained(connection, [*_fallen(counts, days), *_risen(counts, days)], days)


def _fallen(counts: DayCounts, days: tuple[date, ...]) -> Iterator[RateIncident]:
    """Yield the incidents of rates that fell within a week, and of technical success rates that fell in four weeks."""
    keys, (requests, successes, devices) = watched_rates(counts, WATCHED)
    steady = without_bursts(requests, successes, devices)
    found = falls(RateMeasure(steady, successes, requests))
    for fall in found:
        loss = fall.loss_of_rate(requests[:, fall.row], successes[:, fall.row])
        yield RateIncident(Incident.of(Subject("rate", *keys[fall.row]), days, fall.span, loss), fall)
    technical = [row for row, (metric, _, _) in enumerate(keys) if metric == TECHNICAL]
    is_free = steady > 0
    for fall in found:
        # Days of reported falls, and days before a new level, are no part of a slow fall.
        first = 0 if fall.state == "settled" else fall.first
        is_free[first : len(days) if fall.last is None else fall.last + 1, fall.row] = False
    free = RateMeasure(*((counts * is_free)[:, technical] for counts in (steady, successes, requests)))
    for fall in falls(free, _LEAST_SLOW_FALL, (BASELINE_DAYS,), True):
        row = technical[fall.row]
        loss = fall.loss_of_rate(requests[:, row], successes[:, row])
        yield RateIncident(Incident.of(Subject(FURTHER, SLOW_FALL, *keys[row][1:]), days, fall.span, loss), fall)


def _risen(counts: DayCounts, days: tuple[date, ...]) -> Iterator[RateIncident]:
    """Yield the incidents of rates that rose, detected as falls of the share of requests outside of the numerator."""
    keys, (requests, others, devices) = watched_rates(counts, RISING)
    for fall in falls(RateMeasure(without_bursts(requests, others, devices), others, requests)):
        of_others = fall.loss_of_rate(requests[:, fall.row], others[:, fall.row])
        loss = of_others._replace(level_before=1 - of_others.level_before, level_now=1 - of_others.level_now)
        yield RateIncident(Incident.of(Subject(FURTHER, *keys[fall.row]), days, fall.span, loss), fall)


def _explained(
    connection: duckdb.DuckDBPyConnection, found: list[RateIncident], days: tuple[date, ...]
) -> tuple[list[Incident], pl.DataFrame]:
    """Return the incidents with their causes and result codes, and the cells of all incidents."""
    if not found:
        return [], NO_CELLS
    outcomes = compared(connection, sides_of(found, days))
    incidents, cells = with_causes([one for one, _ in found], outcomes, CAUSES)
    by_id = outcomes.partition_by("incident_id", as_dict=True, include_key=False)
    return [replace(one, codes=_grown_codes(by_id[one.incident_id,], one.metric in RISING)) for one in incidents], cells


def _grown_codes(outcomes: pl.DataFrame, is_rising: bool) -> str | None:
    """Return the outcomes and result codes of the failures whose share of the requests grew most, as one text; None if
    no share grew.

    It names the `_CODES_NAMED` codes that grew most, and all new codes. For a rate that is better lower (`is_rising`),
    the requests in its numerator are the failures.
    """
    sides = ("requests_before", "requests_now")
    before, now = (pl.col(name) / pl.col(name).sum() for name in sides)
    # A code can come with several outcomes.
    of_code, of_code_now = (pl.col(name).sum().over("result_code") for name in sides)
    is_new = (
        pl.col("result_code").is_not_null() & (of_code < _NEW_BEFORE * pl.col(sides[0]).sum())
        & (of_code_now >= _NEW_SHARE * pl.col(sides[1]).sum()) & (of_code_now >= _NEW_RECORDS)
    )  # fmt: skip
    grown = (
        outcomes.group_by("outcome", "result_code", "is_success")
        .agg(pl.col(sides).sum())
        .with_columns(before=before, now=now, is_new=is_new)
        .filter(pl.col("now") > pl.col("before"), pl.col("is_success") == is_rising)
        .sort(pl.col("now") - pl.col("before"), "outcome", "result_code", descending=[True, False, False])
    )
    named = grown.filter(pl.col("is_new") | (pl.int_range(pl.len()) < _CODES_NAMED)).select("outcome", "result_code")
    return ", ".join(f"{outcome} {code}" if code else outcome for outcome, code in named.iter_rows()) or None
