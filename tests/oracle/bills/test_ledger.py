"""Packages drawn by hand: section 10, but for the forecast."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.oracle.bills.by_hand import AS_OF, PACKAGES, READINGS, cells, counted, use
from tests.oracle.bills.ledger import shared
from tests.oracle.bills.times import a_year_later, instant

SHANGHAI = ZoneInfo("Asia/Shanghai")
NAMES = ("day", "resource_package_id", "opening", "granted", "used", "adjusted", "expired", "remaining")
DRAWN = ("app_key", "resource_package_id", "uses")


def test_bought_in_mid_day_and_shared_by_apps(tmp_path: Path) -> None:
    """Before noon nothing covers a use. Since noon a wants 3, b wants 1 of 3: 2.25 and 0.75, so 2 and 1."""
    hours = (("11:59:59.999", "a"), ("12:00:00", "a"), ("13:00:00", "b"), ("14:00:00", "a"), ("15:00:00", "a"))
    table = counted(
        tmp_path,
        [use(f"2026-03-10 {hour}", app) for hour, app in hours],
        resource_packages=PACKAGES + "p,,3,2026-03-10T12:00:00+08:00,,\n",
    )
    assert cells(table["resource_package_daily"], *NAMES) == [(AS_OF, "p", 0, 3, 3, 0, 0, 0)]
    assert cells(table["resource_package_usage"], *DRAWN) == [("a", None, 2), ("a", "p", 2), ("b", "p", 1)]
    assert cells(table["resource_packages"], "state", "remaining") == [("used_up", 0)]


@pytest.mark.parametrize(
    ("amount", "wanted", "given"),
    [
        (2, {"a": 1, "b": 1, "c": 1}, {"a": 1, "b": 1, "c": 0}),  # 2/3 each: ties by app
        (7, {"a": 3, "b": 5}, {"a": 3, "b": 4}),  # 2.625 and 4.375
        (1, {"b": 1, "a": 1}, {"a": 1, "b": 0}),
        (4, {"a": 4, "b": 0}, {"a": 4, "b": 0}),
    ],
)
def test_shares(amount: int, wanted: dict[str, int], given: dict[str, int]) -> None:
    assert shared(amount, wanted) == given


def test_the_earliest_expiry_is_drawn_first_then_the_earliest_purchase_then_the_name(tmp_path: Path) -> None:
    """4 uses: 1 of z (expires first), 1 of y (bought first of the rest), 1 of a, 1 of b."""
    bought = ("b,,1,2026-03-02,2026-04-01", "a,,1,2026-03-02,2026-04-01", "y,,1,2026-03-01,2026-04-01")
    table = counted(
        tmp_path,
        [use(f"2026-03-0{day} 12:00:00") for day in (3, 4, 5, 6)],
        resource_packages=PACKAGES + "".join(f"{row},\n" for row in (*bought, "z,,1,2026-03-02,2026-03-31")),
    )
    assert cells(table["resource_package_usage"], "day", "resource_package_id") == [
        (date(2026, 3, day), name) for day, name in ((3, "z"), (4, "y"), (5, "a"), (6, "b"))
    ]


def test_at_one_instant_expiries_then_purchases_then_readings(tmp_path: Path) -> None:
    """At 12:00 p lapses with 2, q is bought and read at once as 3 of 5; the use at 12:00 is drawn from q."""
    table = counted(
        tmp_path,
        [use("2026-03-10 11:00:00"), use("2026-03-10 12:00:00")],
        resource_packages=PACKAGES + "p,,3,2026-03-09,2026-03-10 12:00:00,\nq,,5,2026-03-10 12:00:00,,\n",
        resource_package_readings=READINGS + "q,2026-03-10 12:00:00,3\n",
    )
    assert cells(table["resource_package_daily"], *NAMES) == [
        (date(2026, 3, 9), "p", 0, 3, 0, 0, 0, 3),
        (AS_OF, "p", 3, 0, 1, 0, 2, 0),
        (AS_OF, "q", 0, 5, 1, -2, 0, 2),
    ]
    # The 9th has no record: p since its purchase there, q since its reading on the 10th.
    names = ("resource_package_id", "used", "adjusted", "expired", "remaining", "state", "missing_days")
    assert cells(table["resource_packages"], *names) == [
        ("p", 1, 0, 2, 0, "expired", 1),
        ("q", 1, -2, 0, 2, "active", 0),
    ]


def test_a_reading_in_mid_day_and_one_of_0(tmp_path: Path) -> None:
    """Of 10: 1 drawn, read as 9 of 9; 1 drawn, taken back (8 to 0); the last use is overflow."""
    table = counted(
        tmp_path,
        [use(f"2026-03-10 {hour}:00:00") for hour in (10, 12, 14)],
        resource_packages=PACKAGES + "p,,10,2026-03-10,,\n",
        resource_package_readings=READINGS + "p,2026-03-10 11:00:00,9\np,2026-03-10 13:00:00,0\n",
    )
    assert cells(table["resource_package_daily"], *NAMES) == [(AS_OF, "p", 0, 10, 2, -8, 0, 0)]
    assert cells(table["resource_package_usage"], *DRAWN) == [("app", None, 1), ("app", "p", 2)]


def test_what_comes_late_counts_at_its_time_also_after_the_expiry(tmp_path: Path) -> None:
    package = PACKAGES + "p,,3,2026-03-08,2026-03-10,\n"
    in_time = [use("2026-03-08 08:00:00"), use("2026-03-10 08:00:00")]
    before = counted(tmp_path, in_time, resource_packages=package)
    after = counted(
        tmp_path,
        in_time,
        late=[use("2026-03-09 08:00:00")],
        runs=(AS_OF, AS_OF),
        resource_packages=package,
    )
    days = [date(2026, 3, 8), date(2026, 3, 9), AS_OF]
    assert cells(before["resource_package_daily"], "day", "used", "expired") == [
        (days[0], 1, 0), (days[1], 0, 0), (days[2], 0, 2)
    ]  # fmt: skip
    assert cells(after["resource_package_daily"], "day", "used", "expired") == [
        (days[0], 1, 0), (days[1], 1, 0), (days[2], 0, 1)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("bought", "expires"),
    [
        ("2024-02-29T12:00:00+08:00", "2025-03-01"),  # the anniversary is 28 February
        ("2023-02-28", "2024-02-29"),
        ("2026-03-10 23:59:59", "2027-03-11"),
        ("2026-03-10T20:00:00Z", "2027-03-12"),  # the 11th here
    ],
)
def test_a_year(bought: str, expires: str) -> None:
    assert a_year_later(instant(bought, SHANGHAI), SHANGHAI) == instant(expires, SHANGHAI)


def test_states_as_the_day_ends(tmp_path: Path) -> None:
    """What happens at 00:00 of the 11th has not happened; what happened at 00:00 of the 10th is of the 10th."""
    rows = ("a,,1,2026-03-01,2026-03-11", "b,,1,2026-03-01,2026-03-10", "c,,1,2026-03-11,2026-04-01")
    table = counted(
        tmp_path, [use("2026-03-10 08:00:00")], resource_packages=PACKAGES + "".join(f"{row},7.50\n" for row in rows)
    )
    names = ("resource_package_id", "state", "remaining", "expired", "used")
    assert cells(table["resource_packages"], *names) == [
        ("a", "used_up", 0, 0, 1),
        ("b", "expired", 0, 1, 0),
        ("c", "future", 0, 0, 0),
    ]
    days = cells(table["resource_package_daily"], "resource_package_id", "day")
    assert [max(day for name, day in days if name == one) for one in "ab"] == [AS_OF, AS_OF]
    assert "c" not in dict(days)
    midnight = datetime(2026, 3, 11, tzinfo=SHANGHAI)
    assert table["resource_packages"][0]["expires_at"] == table["resource_packages"][2]["purchased_at"] == midnight


def test_missing_days_go_from_the_newest_reading_to_the_expiry(tmp_path: Path) -> None:
    """There are records of the 4th and the 10th alone. a: 1st to 10th; b: read on the 6th, 6th to 10th; c: read on the
    3rd, 3rd to 8th, the day of its expiry; d: not bought yet. The reading of the 12th has not happened yet.
    """
    rows = ("a,,9,2026-03-01,", "b,,9,2026-03-01,", "c,,9,2026-03-01,2026-03-08", "d,,9,2026-03-11,")
    readings = ("b,2026-03-05,9", "b,2026-03-06 12:00:00,9", "c,2026-03-03,9", "a,2026-03-12,9")
    table = counted(
        tmp_path,
        [use("2026-03-04 08:00:00"), use("2026-03-10 08:00:00")],
        resource_packages=PACKAGES + "".join(f"{row},\n" for row in rows),
        resource_package_readings=READINGS + "\n".join(readings),
    )
    names = ("resource_package_id", "missing_days", "adjusted")
    assert cells(table["resource_packages"], *names) == [("a", 8, 0), ("b", 4, 0), ("c", 5, 0), ("d", 0, 0)]


def test_only_accounts_with_a_package_have_usage(tmp_path: Path) -> None:
    table = counted(
        tmp_path,
        [use("2026-03-10 08:00:00"), use("2026-03-10 08:00:00", vendor="x")],
        accounts="app_key,vendor,account_id\n,x,other\n",
        resource_packages=PACKAGES + "p,other,1,2026-03-20,,\n",
    )
    assert cells(table["resource_package_usage"], "account_id", *DRAWN) == [("other", "app", None, 1)]
    assert table["resource_package_daily"] == []
