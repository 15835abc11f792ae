"""Uses, their accounts and rules, worked out by hand: section 9."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.oracle.bills.by_hand import APPS, AS_OF, cells, counted, use
from tests.oracle.bills.world import account_of, is_billed

ACCOUNTS = [
    {"app_key": app, "vendor": vendor, "account_id": account}
    for app, vendor, account in (("a", "x", "1"), ("a", "*", "2"), ("*", "x", "3"), ("*", "*", "4"))
]


@pytest.mark.parametrize(
    ("rows", "app", "vendor", "account"),
    [
        ("1234", "a", "x", "1"),
        ("234", "a", "x", "2"),
        ("1234", "a", "y", "2"),
        ("1234", "b", "x", "3"),
        ("1234", "b", "y", "4"),
        ("123", "b", "y", "own"),
        ("123", "c", "y", "default"),
        ("", "d", "y", "default"),
    ],
)
def test_own_app_comes_first_then_own_vendor(rows: str, app: str, vendor: str, account: str) -> None:
    accounts = [row for row in ACCOUNTS if row["account_id"] in rows]
    assert account_of(accounts, {"b": "own", "c": ""}, app, vendor) == account


@pytest.mark.parametrize(
    ("vendor", "day", "billed"),
    [
        ("x", date(2026, 1, 1), False),  # no rule has begun: the default one bills no unknown
        ("x", date(2026, 1, 2), True),  # that of any vendor
        ("x", date(2026, 1, 4), False),  # its own, though that of any vendor is newer
        ("x", date(2026, 1, 6), True),  # its own newer one
        ("y", date(2026, 1, 6), False),  # the newer one of any vendor, which names no one_click: the default's success
    ],
)
def test_the_newest_rule_of_the_vendor_is_in_force(vendor: str, day: date, billed: bool) -> None:
    rules = [
        {"valid_from": date(2026, 1, 2), "one_click": ["unknown"]},
        {"valid_from": date(2026, 1, 3), "vendor": "x", "one_click": ["success"]},
        {"valid_from": date(2026, 1, 4), "vendor": "*", "local_verify": []},
        {"valid_from": date(2026, 1, 6), "vendor": "x", "one_click": ["unknown"]},
    ]
    assert is_billed(rules, vendor, day, "one_click", "unknown") is billed


def test_days_and_hours(tmp_path: Path) -> None:
    table = counted(
        tmp_path,
        [
            use("2026-03-09 23:59:59.999", event_id="a"),
            use("2026-03-10 00:00:00", event_id="a"),  # the same id on another day
            use("2026-03-10 00:59:59", event_id="b", outcome="mismatch"),
            use("2026-03-10 00:59:59", event_id="b", outcome="success"),  # a copy: mismatch is the smaller
            use("2026-03-10 01:00:00", channel="local_verify", outcome="mismatch"),  # a use
            use("2026-03-10 01:00:00", channel="local_verify", outcome="unknown", stage="verify"),
            use("2026-03-10 01:00:00", stage="authorize"),
            use("2026-03-10 01:00:00", channel="wechat"),
            use("2026-03-10 02:00:00", vendor="x", account_id="own words"),
        ],
        accounts="app_key,vendor,account_id\n,x,of x\n",
        apps=APPS + "app,,,of app,,\n",
    )
    names = ("day", "account_id", "channel", "requests", "successes", "mismatches", "unknowns", "uses", "duplicates")
    assert cells(table["billing_daily"], *names) == [
        (date(2026, 3, 9), "of app", "one_click", 1, 1, 0, 0, 1, 0),
        (AS_OF, "of app", "local_verify", 2, 0, 1, 1, 1, 0),
        (AS_OF, "of app", "one_click", 2, 1, 1, 0, 1, 1),
        (AS_OF, "of x", "one_click", 1, 1, 0, 0, 1, 0),
    ]
    assert cells(table["billing_hourly"], "day", "hour", "account_id", "channel", "requests", "uses") == [
        (date(2026, 3, 9), 23, "of app", "one_click", 1, 1),
        (AS_OF, 0, "of app", "one_click", 2, 1),
        (AS_OF, 1, "of app", "local_verify", 2, 1),
        (AS_OF, 2, "of x", "one_click", 1, 1),
    ]


def test_late_is_what_came_after_its_day_was_closed_and_in_no_copy_before(tmp_path: Path) -> None:
    """The 9th is closed by the first run, the 10th by the second; copies are none of the counted."""
    in_time = use("2026-03-09 08:00:00", event_id="in time")
    late = use("2026-03-09 09:00:00", event_id="late")
    table = counted(
        tmp_path,
        [in_time],
        late=[in_time, late, late, use("2026-03-10 08:00:00")],
        runs=(date(2026, 3, 9), AS_OF),
    )
    assert cells(table["billing_daily"], "requests", "duplicates", "late") == [(2, 2, 1), (1, 0, 0)]
