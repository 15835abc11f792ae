"""Consoles against logs by hand: the days of section 12."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.oracle.bills.by_hand import ACCOUNTS, AS_OF, CONSOLE, EXACT, Event, cells, counted, use
from tests.oracle.bills.measures import by_count, tolerance
from tests.oracle.bills.world import World, read_world

CAUSE = ("console", "log", "difference", "cause", "explained", "unexplained")


def uses(count: int, at: str, app_key: str = "app", **changes: object) -> list[Event]:
    return [use(at, app_key, event_id=f"{app_key} {at} {number}", **changes) for number in range(count)]


def world_of(tmp_path: Path, settings: str) -> World:
    counted(tmp_path, uses(1, "2026-03-10 12:00:00"), settings=settings)
    return read_world(tmp_path, [AS_OF])


@pytest.mark.parametrize(
    ("settings", "count", "allowed"),
    [
        ("", 0, 5),
        ("", 1199, 5),  # 5.995
        ("", 1200, 6),
        ("tolerance_share = 0.29\n", 100, 29),  # as floats, it would be 28.999…
        ("tolerance_records = 0\n", 199, 0),
        ("tolerance_records = 7\ntolerance_share = 0\n", 10_000, 7),
    ],
)
def test_the_tolerance(tmp_path: Path, settings: str, count: int, allowed: int) -> None:
    assert tolerance(world_of(tmp_path, settings), count) == allowed


def test_every_measure_against_its_side_of_the_log(tmp_path: Path) -> None:
    """6 requests: 2 successes, 1 mismatch that is a use, 1 unknown, 2 of others; both channels together."""
    events = uses(2, "2026-03-10 12:00:00")
    for outcome in ("mismatch", "unknown", "error", "limited"):
        events += uses(1, "2026-03-10 12:00:00", outcome, channel="local_verify", outcome=outcome)
    table = counted(tmp_path, events, console__a=CONSOLE + "20260310,default,,number,6,2,3,1,3\n")
    assert cells(table["reconciliation_daily"], "measure", "log", "cause") == [
        ("billed", 3, "within"),
        ("failed", 3, "within"),
        ("success", 2, "within"),
        ("total", 6, "within"),
        ("unknown", 1, "within"),
    ]


def test_what_is_not_compared_not_over_or_not_there(tmp_path: Path) -> None:
    """An empty count, a day after the last, a missing day (the 9th), an account nobody has."""
    rows = "2026-03-10,default,,one_click,2,,,,\n2026-03-11,default,,one_click,2,,,,\n"
    rows += "2026-03-09,default,,one_click,2,,,,\n2026-03-10,nobody,,one_click,9,,,,\n"
    table = counted(tmp_path, uses(2, "2026-03-10 12:00:00"), console__a=CONSOLE + rows)
    assert cells(table["reconciliation_daily"], "day", "account_id", "tolerance", *CAUSE) == [
        (date(2026, 3, 9), "default", 5, 2, None, None, "no_log", None, None),
        (AS_OF, "default", 5, 2, 2, 0, "within", 0, 0),
        (AS_OF, "nobody", 5, 9, 0, 9, "unexplained", 0, 9),
    ]


def test_the_last_of_a_key_counts_by_file_name_then_line(tmp_path: Path) -> None:
    row = "2026-03-10,default,,one_click,{},,,,\n"
    table = counted(
        tmp_path,
        uses(2, "2026-03-10 12:00:00"),
        console__b=CONSOLE + row.format(3) + row.format(4) + row.format("x"),
        console__a=CONSOLE + row.format(5),
    )
    assert cells(table["reconciliation_daily"], "console") == [(4,)]


def test_the_last_of_a_key_counts_with_its_empty_counts(tmp_path: Path) -> None:
    rows = "2026-03-10,default,,one_click,2,2,,,\n20260310,default,,one_click,,1,,,\n"
    table = counted(tmp_path, uses(2, "2026-03-10 12:00:00"), console__a=CONSOLE + rows)
    assert cells(table["reconciliation_daily"], "measure", "console") == [("success", 1)]


def test_apps_are_added_up_where_only_they_are_given(tmp_path: Path) -> None:
    """On the 10th apps alone: total 3 + 4, of billed the one that is given. On the 9th all apps are given, too."""
    rows = "2026-03-10,default,a,one_click,3,,,,1\n2026-03-10,default,b,one_click,4,,,,\n"
    rows += "2026-03-09,default,a,one_click,3,,,,\n2026-03-09,default,,one_click,9,,,,\n"
    table = counted(tmp_path, uses(1, "2026-03-10 12:00:00"), console__a=CONSOLE + rows)
    assert cells(table["reconciliation_daily"], "day", "app_key", "measure", "console") == [
        (date(2026, 3, 9), "*", "total", 9),
        (date(2026, 3, 9), "a", "total", 3),
        (AS_OF, "*", "billed", 1),
        (AS_OF, "*", "total", 7),
        (AS_OF, "a", "billed", 1),
        (AS_OF, "a", "total", 3),
        (AS_OF, "b", "total", 4),
    ]


def test_two_accounts_exchanged(tmp_path: Path) -> None:
    """10 and 4 in the log, 4 and 10 in the console; an app's own row knows no other account."""
    events = uses(10, "2026-03-10 12:00:00", "a") + uses(4, "2026-03-10 12:00:00", "b")
    rows = "2026-03-10,one,,one_click,4,,,,\n2026-03-10,two,,one_click,10,,,,\n2026-03-10,two,b,one_click,10,,,,\n"
    table = counted(tmp_path, events, accounts=ACCOUNTS, console__a=CONSOLE + rows)
    assert cells(table["reconciliation_daily"], "account_id", "app_key", *CAUSE) == [
        ("one", "*", 4, 10, -6, "other_account", -6, 0),
        ("two", "*", 10, 4, 6, "other_account", 6, 0),
        ("two", "b", 10, 4, 6, "unexplained", 0, 6),
    ]


@pytest.mark.parametrize(
    ("off", "cause", "explained"),
    [
        (-6, "mismatch", -6),
        (6, "mismatch", 6),
        (-8, "mismatch", -6),  # 2 off are allowed
        (-9, "unknown", -10),
        (11, "unknown", 10),
        (21, "duplicates", 20),
        (-21, "unexplained", 0),  # the log's copies only add
    ],
)
def test_counts_of_the_log_that_explain(tmp_path: Path, off: int, cause: str, explained: int) -> None:
    """6 mismatches, 10 unknowns, 20 copies; 2 may be off."""
    events = uses(6, "2026-03-10 12:00:00", "m", outcome="mismatch") + uses(20, "2026-03-10 12:00:00", "d") * 2
    events += uses(10, "2026-03-10 12:00:00", "u", outcome="unknown")
    counted(tmp_path, events)
    assert by_count(off, 2, read_world(tmp_path, [AS_OF]).verified) == (cause, explained)


def by_hours(tmp_path: Path, said: dict[int, int], settings: str = EXACT, app: str = "") -> list[tuple[object, ...]]:
    """Of day n of March: n records of app at 07:59:59.999 and 20 - 2n of b at 08:00; a console's total of some days."""
    events = [one for day in range(1, 11) for one in uses(day, f"2026-03-{day:02} 07:59:59.999")]
    events += [one for day in range(1, 11) for one in uses(20 - 2 * day, f"2026-03-{day:02} 08:00:00", "b")]
    rows = "".join(f"2026-03-{day:02},default,{app},one_click,{count},,,,\n" for day, count in said.items())
    table = counted(tmp_path, events, settings=settings, console__a=CONSOLE + rows)
    return cells(table["reconciliation_daily"], "log", "cause", "explained", "unexplained", "shift_hours")


def test_a_console_in_utc(tmp_path: Path) -> None:
    """Day n has 20 - n; from 08:00 on to 08:00 it has 20 - 2n + n + 1, one more. The 10th would have
    0, but its hours touch the 11th.
    """
    found = by_hours(tmp_path, {day: 21 - day for day in (2, 3, 4, 5, 6)} | {10: 0})
    assert found[:5] == [(20 - day, "shift", 1, 0, 8) for day in (2, 3, 4, 5, 6)]
    assert found[5] == (10, "unexplained", 0, -10, None)


def test_an_app_has_no_shift_of_its_own(tmp_path: Path) -> None:
    """The app's row stands for all apps, too: as such it is right by 8 hours; the app's own 20 - 2n is off by n + 1."""
    found = by_hours(tmp_path, {day: 21 - day for day in (2, 3, 4, 5, 6)}, app="b")
    assert found[:2] == [(18, "shift", 1, 0, 8), (16, "unexplained", 0, 3, None)]
    assert [row[1] for row in found] == ["shift", "unexplained"] * 5


def test_of_two_zones_that_fit_alike_the_nearer_one_counts_then_the_one_before(tmp_path: Path) -> None:
    """Ten between a day's 23:30 and the next 00:30, of which 1 or 5 at 00:30: an hour to either side makes it 10 each
    day, which are else 6 and 14. So do two hours and more.
    """
    after = {day: 5 if day % 2 else 1 for day in range(1, 12)}
    events = [one for day in range(1, 11) for one in uses(after[day], f"2026-03-{day:02} 00:30:00")]
    events += [one for day in range(1, 11) for one in uses(10 - after[day + 1], f"2026-03-{day:02} 23:30:00", "b")]
    rows = "".join(f"2026-03-{day:02},default,,one_click,10,,,,\n" for day in range(2, 8))
    table = counted(tmp_path, events, settings=EXACT, console__a=CONSOLE + rows)
    assert cells(table["reconciliation_daily"], "log", "explained", "shift_hours") == [
        (6 if day % 2 == 0 else 14, 4 if day % 2 == 0 else -4, 1) for day in range(2, 8)
    ]


def test_a_shift_needs_five_days_that_have_their_neighbours(tmp_path: Path) -> None:
    assert {row[1] for row in by_hours(tmp_path, {day: 21 - day for day in (2, 3, 4, 5, 10)})} == {"unexplained"}


def test_a_shift_must_halve_the_difference(tmp_path: Path) -> None:
    """Off by none and by 8 hours: right days 1 and 0, wrong days 1 and 2. Of six and two 4 of 8 are left, of five and
    two 4 of 7.
    """
    right, wrong = {day: 21 - day for day in range(2, 8)}, {day: 19 - day for day in (8, 9)}
    assert [row[1] for row in by_hours(tmp_path, right | wrong)] == ["shift"] * 6 + ["unexplained"] * 2
    del right[7]
    assert {row[1] for row in by_hours(tmp_path, right | wrong)} == {"unexplained"}


def test_a_shift_is_not_looked_for_within_the_tolerance_of_all_days(tmp_path: Path) -> None:
    """1 a day is allowed, 5 in all. Off by none 5 (1, 1, 1, 0, 2), by 8 hours 2: not looked for. One more on day 5
    makes it 6 and 1: found, and the last day is right but for 1.
    """
    settings = "tolerance_records = 1\ntolerance_share = 0\n"
    said = {2: 19, 3: 18, 4: 17, 5: 15, 6: 16}
    assert [row[1] for row in by_hours(tmp_path, said, settings)] == ["within"] * 4 + ["unexplained"]
    assert by_hours(tmp_path, said | {5: 16}, settings)[4] == (14, "shift", 1, 1, 8)
