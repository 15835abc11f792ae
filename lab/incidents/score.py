"""Compares the falls of rates that were found in day tables with those that were planted in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from lab.incidents.tally import Subject

Found = Mapping[str, Any]
"""A row of table `incidents`."""

_NEAR = timedelta(days=3)
_LOST = 0.1


@dataclass(frozen=True)
class Planted:
    """An incident that a planted fault causes. `parts` are the subjects whose own incidents at the same time are part
    of it.
    """

    metric: str
    app_key: str
    channel: str
    first_day: date
    last_day: date | None
    state: str
    cause_kind: str
    cause: str
    lost_total: float
    parts: tuple[Subject, ...]


@dataclass(frozen=True)
class Miss:
    """A planted incident that was not found, or was found with wrong values; and the reasons."""

    planted: Planted
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Score:
    """The result of a comparison.

    Attributes:
        misses: the planted incidents that are no hits.
        false: found incidents that no planted fault explains.
        loose: found incidents that should be part of a planted incident, but have no `part_of`.
    """

    misses: list[Miss]
    false: list[Found]
    loose: list[Found]


def score(planted: Sequence[Planted], found: Sequence[Found]) -> Score:
    """Return the score of the found incidents.

    A planted incident is a hit if it was found once, not as a part of another incident, and with the right first day,
    state, cause and loss.
    """
    misses = [Miss(one, reasons) for one in planted if (reasons := _reasons(one, found))]
    alone = [row for row in found if row["part_of"] is None]
    strange = [row for row in alone if not any(_is_of(row, one) or _is_whole(row, one) for one in planted)]
    loose = [row for row in strange if any(_is_part(row, one) for one in planted)]
    return Score(misses, [row for row in strange if row not in loose], loose)


def _reasons(one: Planted, found: Sequence[Found]) -> tuple[str, ...]:
    """Return the reasons why a planted incident is no hit; empty if it is a hit."""
    rows = [row for row in found if _is_of(row, one)]
    # One cause is one incident: of a planted cell, it may be that of all apps together.
    same_cause = {row["incident_id"] for row in found if row["cause_kind"] == "cell" and _is_cause(row, one)}
    alone = [row for row in rows if row["part_of"] is None or row["part_of"] in same_cause]
    if not rows:
        return ("not found",)
    if not alone:
        return (f"part of {rows[0]['part_of']}",)
    if len(alone) > 1:
        return (f"found {len(alone)} times",)
    row = alone[0]
    reasons = []
    if abs(row["first_day"] - one.first_day) > timedelta(days=1):
        reasons.append(f"first day {row['first_day']}, not {one.first_day}")
    if row["state"] != one.state:
        reasons.append(f"state {row['state']}, not {one.state}")
    if not _is_cause(row, one):
        reasons.append(f"cause {row['cause_kind']} {row['cause'] or ''}, not {one.cause_kind} {one.cause}".rstrip())
    if abs(row["lost_total"] - one.lost_total) > _LOST * one.lost_total:
        reasons.append(f"lost {row['lost_total']:.0f}, not {one.lost_total:.0f}")
    return tuple(reasons)


def _is_cause(row: Found, one: Planted) -> bool:
    return row["cause_kind"] == one.cause_kind and (one.cause_kind != "cell" or row["cause"] == one.cause)


def _is_of(row: Found, one: Planted) -> bool:
    """Return whether a found incident has the subject of a planted one, and is at the same time."""
    subject = (row["metric"], row["app_key"], row["channel"])
    is_same = row["kind"] == "rate" and subject == (one.metric, one.app_key, one.channel)
    return is_same and _is_then(row, one)


def _is_part(row: Found, one: Planted) -> bool:
    return (row["metric"], row["app_key"], row["channel"]) in one.parts and _is_then(row, one)


def _is_whole(row: Found, one: Planted) -> bool:
    """Return whether a found incident is of all apps together, and has the cell and the time of a planted incident."""
    return row["app_key"] == "*" and row["cause_kind"] == "cell" and _is_cause(row, one) and _is_then(row, one)


def _is_then(row: Found, one: Planted) -> bool:
    """Return whether the days of both incidents overlap, or are at most three days apart."""
    last: date = row["last_day"] or date(9999, 12, 1)
    until = one.last_day or date(9999, 12, 1)
    return bool(row["first_day"] <= until + _NEAR and last >= one.first_day - _NEAR)
