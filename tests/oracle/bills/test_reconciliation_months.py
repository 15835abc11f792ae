"""Bills against logs and consoles by hand: the months of section 12. The month is February 2026, of 28 days."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.oracle.bills.by_hand import ACCOUNTS, BILLS, CONSOLE, EXACT, PACKAGES, Event, cells, counted, use
from tests.oracle.bills.times import ONE_DAY
from tests.oracle.counts import Row

FEBRUARY = date(2026, 2, 1)
CAUSE = ("bill_minus_log", "cause", "explained", "unexplained")
DAYS = [date(2026, 2, day) for day in range(1, 29)]


def month(each: int = 1, app_key: str = "app", **changes: object) -> list[Event]:
    """So many records a day, from 1 February to 1 March."""
    return [
        use(f"{day} 12:00:00", app_key, event_id=f"{app_key} {day} {number} {changes}", **changes)
        for day in (*DAYS, date(2026, 3, 1))
        for number in range(each)
    ]


def monthly(tmp_path: Path, events: list[Event], bills: str, settings: str = EXACT, **files: str) -> list[Row]:
    return counted(tmp_path, events, settings=settings, bills__a=BILLS + bills, **files)["reconciliation_monthly"]


def console(channel: str, each: int, days: list[date] = DAYS) -> str:
    return "".join(f"{day},default,,{channel},,,,,{each}\n" for day in days)


def test_a_bill_beside_log_and_console(tmp_path: Path) -> None:
    """28 uses in the log, 27 days of 2 on the console, 30 billed; March is not over, and January's days are missing."""
    bills = "2026-02,default,one_click,30,7,12.50\n202603,default,one_click,1,,\n202601,default,one_click,9,,\n"
    table = monthly(tmp_path, month(), bills, settings="", console__a=CONSOLE + console("one_click", 2, DAYS[1:]))
    names = (
        "measure",
        "log",
        "console",
        "bill",
        "bill_minus_console",
        "log_days",
        "console_days",
        "tolerance",
        "amount",
    )
    assert cells(table, "month", *names, *CAUSE) == [
        (date(2026, 1, 1), "quantity", 0, None, 9, None, 0, 0, 5, None, 9, "log_incomplete", 0, 9),
        (FEBRUARY, "quantity", 28, 54, 30, -24, 28, 27, 5, Decimal("12.50"), 2, "within", 0, 2),
    ]


def test_the_last_bill_of_a_key_counts(tmp_path: Path) -> None:
    table = monthly(tmp_path, month(), "2026-02,default,one_click,1,,\n202602,default,one_click,28,,\n")
    assert cells(table, "bill") == [(28,)]


def test_overflow_of_the_bill_and_of_the_log(tmp_path: Path) -> None:
    """A package of 10 for 28 uses leaves 18: a bill of 18 is overflow only, and its overflow is right or 3 off."""
    package = PACKAGES + "p,,10,2026-02-01,,\n"
    for said, cause, rest in ((18, "within", 0), (21, "unexplained", 3)):
        bills = f"2026-02,default,number,18,{said},5\n"
        table = monthly(tmp_path, month(), bills, resource_packages=package, console__a=CONSOLE + console("number", 1))
        names = ("measure", "log", "console", "console_days", "amount")
        assert cells(table, *names, *CAUSE) == [
            ("overflow", 18, None, 0, None, rest, cause, 0, rest),
            ("quantity", 28, 28, 28, Decimal(5), -10, "overflow_only", -10, 0),
        ]


def test_overflow_is_an_accounts_of_all_channels(tmp_path: Path) -> None:
    """18 uses are overflow: a bill of 18 of one channel is it. Without packages, all 28 are."""
    package = PACKAGES + "p,,10,2026-02-01,,\n"
    table = monthly(tmp_path, month(), "2026-02,default,one_click,18,18,\n", resource_packages=package)
    assert cells(table, "measure", *CAUSE) == [("quantity", -10, "overflow_only", -10, 0)]
    table = monthly(tmp_path, month(), "2026-02,default,number,28,28,\n", resource_packages=PACKAGES)
    assert cells(table, "measure", "log", "cause") == [("overflow", 28, "within"), ("quantity", 28, "within")]


def test_the_channels_of_a_console_are_added_up_for_a_bill_of_both(tmp_path: Path) -> None:
    text = CONSOLE + console("one_click", 1) + console("local_verify", 2, DAYS[:3])
    table = monthly(tmp_path, month(), "2026-02,default,number,34,,\n", console__a=text)
    assert cells(table, "channel", "console", "console_days", "bill_minus_console") == [("number", 34, 28, 0)]


def test_the_bills_of_channels_are_added_up_for_a_console_of_both(tmp_path: Path) -> None:
    bills = "2026-02,default,one_click,20,,1.50\n2026-02,default,local_verify,8,,\n"
    table = monthly(tmp_path, month(), bills, console__a=CONSOLE + console("number", 1))
    names = ("channel", "log", "console", "bill", "amount", "cause")
    assert cells(table, *names) == [
        ("local_verify", 0, None, 8, None, "unexplained"),
        ("number", 28, 28, 28, Decimal("1.50"), "within"),
        ("one_click", 28, None, 20, Decimal("1.50"), "unexplained"),
    ]


def test_two_bills_exchanged(tmp_path: Path) -> None:
    """28 and 56 in the log, 56 and 28 billed; with 29, together they are off by 1, which is more than is allowed."""
    events = month(1, "a") + month(2, "b")
    for second, causes in ((28, ["other_account", "other_account"]), (29, ["unexplained", "unexplained"])):
        bills = f"2026-02,one,one_click,56,,\n2026-02,two,one_click,{second},,\n"
        table = monthly(tmp_path, events, bills, accounts=ACCOUNTS)
        assert [row["cause"] for row in table] == causes


@pytest.mark.parametrize(
    ("bill", "cause", "explained"), [(28, "mismatch", -28), (84, "mismatch", 28), (112, "duplicates", 56)]
)
def test_counts_of_the_log_that_explain(tmp_path: Path, bill: int, cause: str, explained: int) -> None:
    """28 mismatches of local_verify are uses, as are 28 successes of it; each came twice, so there are 56 copies."""
    events = (month(channel="local_verify") + month(channel="local_verify", outcome="mismatch")) * 2
    table = monthly(tmp_path, events, f"2026-02,default,local_verify,{bill},,\n")
    assert cells(table, *CAUSE) == [(bill - 56, cause, explained, 0)]


@pytest.mark.parametrize(
    ("first_of_march", "bill", "found"), [(10, 50, (8, "shift", 8, 0)), (0, 40, (-2, "unexplained", 0, -2))]
)
def test_a_bill_in_utc(tmp_path: Path, first_of_march: int, bill: int, found: tuple[object, ...]) -> None:
    """At 07:00 one use on even days of February, two on odd ones: 28 + 14. By the hours it lacks the 2 of the 1st, and
    has those of 1 March, which the hours touch: where it has no records, they are not tried.
    """
    many = {day: 1 + day.day % 2 for day in DAYS} | {date(2026, 1, 31): 1, date(2026, 3, 1): first_of_march}
    events = [
        use(f"{day} 07:00:00", event_id=f"{day} {number}") for day, count in many.items() for number in range(count)
    ]
    text = CONSOLE + "".join(f"{day},default,,one_click,,,,,{many[day + ONE_DAY]}\n" for day in DAYS)
    table = monthly(tmp_path, events, f"2026-02,default,one_click,{bill},,\n", console__a=text)
    assert cells(table, "log", "console", *CAUSE) == [(42, bill, *found)]
