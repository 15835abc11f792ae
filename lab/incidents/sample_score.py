"""Compares the incidents that are found in a sample with the faults planted in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from lab.incidents.sample_tables import SampleTables
from lab.incidents.score import Planted, Score, score
from lab.incidents.tally import Subject
from pipelines.contract.measures.counts import SIGN_IN
from pipelines.contract.record.channels import CHECK_CHANNELS

_LOST = 0.1


def sample_score(tables: SampleTables, found: list[dict[str, Any]]) -> tuple[int, Score]:
    """Return the number of planted falls of rates, and their score. Faults of the data are left out."""
    planted = [_planted(one, tables) for one in tables.planted if one["kind"] == "rate"]
    return len(planted), score(planted, found)


def wrong_losses(tables: SampleTables, found: list[dict[str, Any]]) -> list[str]:
    """Return a line for each planted fall that is found with a wrong loss on the newest day, or a wrong cause."""
    subject = ("metric", "app_key", "channel")
    return [
        f"{one['app_key']} {one['channel']}: lost {row['lost']:.1f}, not {one['lost']}, by {row['cause']}"
        for one in tables.planted
        for row in found
        if all(row[name] == one[name] for name in subject)
        and str(row["first_day"]) == one["first_day"]
        and (abs(row["lost"] - one["lost"]) > _LOST * one["lost"] or row["cause"] != one["cause"])
    ]


def _planted(one: dict[str, Any], tables: SampleTables) -> Planted:
    return Planted(
        one["metric"], one["app_key"], one["channel"], date.fromisoformat(one["first_day"]),
        one["last_day"] and date.fromisoformat(one["last_day"]), one["state"], one["cause_kind"], one["cause"] or "",
        one["lost_total"], tuple(_parts(one, tables)),
    )  # fmt: skip


def _parts(one: dict[str, Any], tables: SampleTables) -> Iterator[Subject]:
    """Yield the subjects whose rates or volumes fall together with a planted fall.

    These are the same rate of all apps together, or of each app if all fall; the sign-in rate if users sign in by the
    channel; and the volumes of one-click login.
    """
    apps = tables.apps if one["app_key"] == "*" else (one["app_key"], "*")
    yield from ((one["metric"], app_key, one["channel"]) for app_key in apps if app_key != one["app_key"])
    if one["channel"] not in CHECK_CHANNELS and one["metric"] != SIGN_IN:
        yield from ((SIGN_IN, app_key, "*") for app_key in (*apps, "*"))
    if one["channel"] == "one_click":
        yield from (("volume", app_key, channel) for app_key in apps for channel in ("*", "one_click"))
