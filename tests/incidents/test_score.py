"""Tests the score of samples: it lists each planted incident that was not found or differs by more than the tolerances,
and each found incident that was not planted.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from lab.incidents.score import Planted, score

PLANTED = Planted(
    "technical_success_rate", "shop", "one_click", date(2026, 10, 5), date(2026, 10, 9), "recovered", "cell",
    "platform=ios", 400.0, (("technical_success_rate", "*", "one_click"),),
)  # fmt: skip
FOUND = {name: value for name, value in vars(PLANTED).items() if name != "parts"} | {
    "incident_id": "i0", "kind": "rate", "part_of": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"first_day": date(2026, 10, 3)}, "first day"),
        ({"state": "open"}, "state open, not recovered"),
        ({"cause": "platform=h5"}, "cause cell platform=h5, not cell"),
        ({"cause_kind": "broad", "cause": None}, "cause broad"),
        ({"lost_total": 480.0}, "lost "),
        ({"part_of": "i9"}, "part of i9"),
        ({"app_key": "other"}, "not found"),
    ],
)
def test_a_miss_says_why(change: dict[str, Any], reason: str) -> None:
    found = score([PLANTED], [FOUND | change])
    assert [len(miss.reasons) for miss in found.misses] == [1]
    assert found.misses[0].reasons[0].startswith(reason)
    assert len(found.false) == ("app_key" in change)


def test_small_differences_are_let_pass_and_a_second_finding_is_not() -> None:
    near = FOUND | {"first_day": PLANTED.first_day + timedelta(days=1), "lost_total": 370.0}
    assert score([PLANTED], [near]).misses == []
    twice = score([PLANTED], [FOUND, FOUND | {"incident_id": "i1"}])
    assert twice.misses[0].reasons == ("found 2 times",)


def test_a_part_alone_is_loose_and_anything_else_alone_is_false() -> None:
    part = FOUND | {"incident_id": "i1", "app_key": "*", "cause_kind": "broad", "cause": None}
    assert score([PLANTED], [FOUND, part | {"part_of": "i0"}]).loose == []
    assert score([PLANTED], [FOUND, part]).loose == [part]
    late = part | {"first_day": date(2027, 3, 1), "last_day": None}
    assert score([PLANTED], [FOUND, late]).false == [late]
