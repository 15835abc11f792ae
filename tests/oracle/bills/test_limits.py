"""Limits and repeats by hand: section 11."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.oracle.bills.by_hand import AS_OF, LIMITS, cells, counted, use
from tests.oracle.bills.limits import class_of


def test_one_in_thirty_seconds(tmp_path: Path) -> None:
    """Passed: 0 s, 30 s (0 is not above 30 - 30), 60 s. Blocked ones count for no later one."""
    seconds = ("00.000", "29.999", "30.000", "30.001", "59.999")
    events = [use(f"2026-03-10 12:00:{second}", phone="1") for second in seconds]
    events += [use("2026-03-10 12:01:00", phone="1"), use("2026-03-10 12:00:00.500", phone="2")]
    events += [use("2026-03-10 12:00:00.500"), use("2026-03-10 12:00:00.500", "other", phone="1")]
    table = counted(tmp_path, events, limits=LIMITS + "l,,,phone,1,30\n")
    assert [tuple(row.values()) for row in table["limit_daily"]] == [
        # requests, with_key, keys, blocked, blocked_uses, blocked_successes, keys_blocked
        (AS_OF, "l", "app", 8, 7, 2, 3, 3, 3, 1),
        (AS_OF, "l", "other", 1, 1, 1, 0, 0, 0, 0),
    ]


def test_two_a_day_in_the_order_of_time_and_id(tmp_path: Path) -> None:
    """At noon ids 1, 2, 3 in this order: 3, a mismatch that is a use, is blocked. Midnight clears."""
    events = [
        use("2026-03-10 12:00:00", event_id="3", device_id="d", channel="local_verify", outcome="mismatch"),
        use("2026-03-10 12:00:00", event_id="2", device_id="d"),
        use("2026-03-10 12:00:00", event_id="1", device_id="d", outcome="error"),
        use("2026-03-09 23:59:59.999", event_id="0", device_id="d"),
    ]
    limits = LIMITS + "all,*,*,device,2,day\none,app,one_click,app,1,86400\nnone,else,,device,1,day\n"
    table = counted(tmp_path, events, limits=limits)
    names = ("day", "limit_id", "requests", "blocked", "blocked_uses", "blocked_successes")
    assert cells(table["limit_daily"], *names) == [
        (date(2026, 3, 9), "all", 1, 0, 0, 0),
        (date(2026, 3, 9), "one", 1, 0, 0, 0),
        (AS_OF, "all", 3, 1, 1, 0),
        (AS_OF, "one", 2, 1, 1, 1),
    ]


def test_the_limits_without_a_file_and_the_last_30_days(tmp_path: Path) -> None:
    events = [use("2026-02-08 12:00:00"), use("2026-02-09 12:00:00")]
    table = counted(tmp_path, events)
    assert cells(table["limit_daily"], "day", "limit_id", "with_key") == [
        (date(2026, 2, 9), name, 0) for name in ("device_10_day", "phone_10_day", "phone_1_30s")
    ]
    assert counted(tmp_path, events, limits=LIMITS)["limit_daily"] == []


@pytest.mark.parametrize(
    ("requests", "name"),
    [
        *((number, str(number)) for number in range(1, 6)),
        *((6, "6-10"), (10, "6-10"), (11, "11-20"), (20, "11-20"), (21, "21-50"), (50, "21-50"), (51, "51+")),
    ],
)
def test_classes(requests: int, name: str) -> None:
    assert class_of(requests) == name


def test_repeats(tmp_path: Path) -> None:
    """Device d twice and e once in app, d once in other; 20 ranks of them at most."""
    events = [
        use("2026-03-10 12:00:00", device_id="d"),
        use("2026-03-10 11:00:00", device_id="d", outcome="error"),
        use("2026-03-10 10:00:00", device_id="e"),
        use("2026-03-10 10:00:00", "other", device_id="d"),
        *(use("2026-03-09 10:00:00", phone=str(number)) for number in range(21)),
    ]
    table = counted(tmp_path, events)
    assert [tuple(row.values()) for row in table["repeat_daily"]] == [
        (date(2026, 3, 9), "app", "phone", "1", 21, 21, 21),
        (AS_OF, "app", "device", "1", 1, 1, 1),
        (AS_OF, "app", "device", "2", 1, 2, 1),
        (AS_OF, "other", "device", "1", 1, 1, 1),
    ]
    first, *ties = [row for row in table["repeat_top"] if row["key"] == "device"]
    assert (first["app_key"], first["rank"], first["requests"], first["uses"]) == ("app", 1, 2, 1)
    # 11:00 and 12:00 here are 3:00 and 4:00 in UTC.
    assert [str(first[name])[:19] for name in ("first_at", "last_at")] == ["2026-03-10 03:00:00", "2026-03-10 04:00:00"]
    assert len(str(first["key_hash"])) == 16
    assert cells(ties, "key_hash", "app_key") == sorted(cells(ties, "key_hash", "app_key"))
    phones = [row for row in table["repeat_top"] if row["key"] == "phone"]
    assert cells(phones, "rank") == [(rank,) for rank in range(1, 21)]
    assert cells(phones, "key_hash") == sorted(cells(phones, "key_hash"))
