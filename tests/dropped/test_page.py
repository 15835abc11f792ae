"""Tests that `docs/what-you-drop.md` shows the current results.

With each kind, the good file counts, and the output names the dropped files.
"""

from __future__ import annotations

import pytest

from tests.dropped.kinds import kinds
from tests.dropped.page import PAGE, page, places, row_of
from tests.dropped.seen import GOOD, Seen, seen_of_all
from tests.support import closed_day


# Each kind takes two seconds; lab/promises.md names the tests that hold the other rows in `make test`.
@pytest.fixture(scope="module", params=[24, pytest.param(1, marks=pytest.mark.lab)])
def by_heading(request: pytest.FixtureRequest) -> dict[str, list[Seen]]:
    """The results of every twenty-fourth kind by heading, and of every kind in the lab."""
    return seen_of_all(closed_day(), request.param)


@pytest.fixture
def seen(by_heading: dict[str, list[Seen]]) -> list[Seen]:
    """Return the results in `by_heading` as one list, without the headings."""
    return [one for found in by_heading.values() for one in found]


def test_the_page_is_what_is_seen(by_heading: dict[str, list[Seen]], seen: list[Seen]) -> None:
    written = PAGE.read_text("utf-8")
    rows = [row_of(one) for one in seen]
    assert [row for row in rows if row not in written] == [], "run `python -m tests.dropped.page`"
    if len(rows) == sum(map(len, kinds(closed_day()).values())):
        assert written == page(by_heading), "run `python -m tests.dropped.page`"


def test_nothing_that_is_dropped_stops_the_good_file(seen: list[Seen]) -> None:
    assert [one.what for one in seen if one.good != GOOD] == []
    assert {one.codes["run"] for one in seen} == {0, 3}


def test_a_run_ends_with_3_where_it_warns_and_status_says_the_same(seen: list[Seen]) -> None:
    for one in seen:
        has_warned = "\nwarning: " in one.said["run"]
        assert (one.codes["run"], one.codes["status"]) == ((3, 3) if has_warned else (0, 0)), one.what


def test_no_kind_is_passed_over_in_silence(seen: list[Seen]) -> None:
    assert [one.what for one in seen if not places(one)] == []
