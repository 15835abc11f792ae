"""Tests the score of a world: it lists each planted incident that was not found or differs by more than the
tolerances, and each found incident that was not planted.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from lab.incidents.planted import Planted
from lab.incidents.score import score
from lab.incidents.world import world


def as_found(incident: Planted, number: int) -> dict[str, Any]:
    """Return the row of `incidents` that matches a planted incident exactly."""
    kind = "rate" if incident.kind == "mix" else incident.kind
    names = ("metric", "app_key", "channel", "first_day", "last_day", "state", "cause_kind", "cause", "lost_total")
    same = {name: getattr(incident, name) for name in names}
    return {"incident_id": f"i{number}", "kind": kind, "part_of": None, **same}


@pytest.fixture(scope="module")
def planted() -> Planted:
    """Return a planted incident that began within one day, has a cell as its cause, and has recovered."""
    every = world(0, size="medium").planted
    return next(one for one in every if one.cause_kind == "cell" and not one.is_slow and one.state == "recovered")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"first_day": timedelta(days=2)}, "first day"),
        ({"state": "open"}, "state open, not recovered"),
        ({"cause": "platform=h5"}, "cause cell platform=h5, not cell"),
        ({"cause_kind": "broad", "cause": None}, "cause broad"),
        ({"lost_total": 1.2}, "lost "),
        ({"part_of": "i9"}, "part of i9"),
        ({"app_key": "other"}, "not found"),
    ],
)
def test_a_miss_says_why(planted: Planted, change: dict[str, Any], reason: str) -> None:
    row = as_found(planted, 0)
    if "first_day" in change:
        change = {"first_day": row["first_day"] - change["first_day"]}
    if "lost_total" in change:
        change = {"lost_total": row["lost_total"] * change["lost_total"]}
    found = score([planted], [{**row, **change}])
    assert not found.hits
    assert [len(miss.reasons) for miss in found.misses] == [1]
    assert found.misses[0].reasons[0].startswith(reason)
    assert reason in found.report()
    assert len(found.false) == ("app_key" in change)


def test_small_differences_are_let_pass_and_a_second_finding_is_not(planted: Planted) -> None:
    row = as_found(planted, 0)
    near = {**row, "first_day": row["first_day"] + timedelta(days=1), "lost_total": row["lost_total"] * 0.92}
    assert score([planted], [near]).hits.total() == 1
    twice = score([planted], [row, {**row, "incident_id": "i1"}])
    assert twice.misses[0].reasons == ("found 2 times",)
    assert (score([planted], [row]) + twice).planted.total() == 2


def test_a_part_alone_is_loose_and_anything_else_alone_is_false(planted: Planted) -> None:
    row = as_found(planted, 0)
    metric, app_key, channel = planted.parts[0]
    part = {**row, "incident_id": "i1", "metric": metric, "app_key": app_key, "channel": channel}
    assert score([planted], [row, {**part, "part_of": "i0"}]).loose == []
    assert score([planted], [row, part]).loose == [part]
    late = {**part, "first_day": date(2027, 3, 1), "last_day": None}
    assert score([planted], [row, late]).false == [late]
