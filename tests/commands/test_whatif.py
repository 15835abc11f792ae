"""`authmeter whatif` applies any limit to stored days, with the code of the roll-up."""

from __future__ import annotations

import pytest

from tests.published_folder import Call
from tests.support import DAY, CopyOf, DataFolder, days_before, record, tree

PHONE = "13800138000"
SPAN = ("--from", days_before(DAY, 2), "--to", DAY)


def a_repeated_phone(folder: DataFolder) -> None:
    times = [f"{day}T10:00:{second}+08:00" for day in (days_before(DAY, 1), DAY) for second in ("00", "20", "40")]
    rows = [record(time, stage="verify", phone=PHONE, event_time=time) for time in times]
    rows += [record("game", app_key="game", stage="verify", phone=PHONE), record("none", stage="verify")]
    rows.append(record("before", days_before(DAY, 2), stage="verify", phone=PHONE))
    rows += [record("same", days_before(DAY, back), stage="verify") for back in (0, 1)]
    folder.land("a.ndjson", rows)
    folder.tables()


@pytest.fixture
def repeated(copy_of: CopyOf) -> DataFolder:
    """Return a folder with a phone that repeats requests in `shop`, and an id that exists on two days.

    The phone has three requests within a minute on each of two days, one on the day before these, and one in `game`.
    """
    return copy_of(a_repeated_phone)


def test_it_says_what_would_have_been_blocked_and_keeps_nothing(call: Call, repeated: DataFolder) -> None:
    before = tree(repeated.store.warehouse / "days")
    ended = call("whatif", "--key", "phone", "--max", 1, "--window", 30, *SPAN, data=repeated.root)
    assert ended.code == 0
    assert ended.out.startswith("1 request of each phone in 30 seconds, over 3 days:\n")
    lines = [line.split() for line in ended.out.splitlines()]
    assert lines[2:5] == [
        ["game", "1", "100.0%", "0", "0", "0"],
        ["shop", "10", "70.0%", "2", "2", "2"],
        ["all", "apps", "11", "72.7%", "2", "2", "2"],
    ]
    assert tree(repeated.store.warehouse / "days") == before
    assert not repeated.store.temp.exists()
    assert repeated.tables().days == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("--key", "ip", "--max", 1, "--window", "day", *SPAN),
        ("--key", "app", "--max", 0, "--window", "day", *SPAN),
        ("--key", "app", "--max", 10**19, "--window", "day", *SPAN),
        ("--key", "app", "--max", 1, "--window", "86401", *SPAN),
        ("--key", "app", "--max", 1, "--window", "day", "--from", DAY, "--to", days_before(DAY, 1)),
    ],
)
def test_wrong_use_ends_with_2(call: Call, repeated: DataFolder, arguments: tuple[object, ...]) -> None:
    assert call("whatif", *arguments, data=repeated.root).code == 2


def test_a_limit_that_is_tried_blocks_what_the_same_limit_is_published_to_block(
    call: Call, repeated: DataFolder
) -> None:
    ended = call("whatif", "--key", "phone", "--max", 1, "--window", 30, *SPAN, data=repeated.root)
    published = repeated.rows(
        "SELECT app_key, sum(requests), sum(blocked), sum(blocked_uses), sum(blocked_successes) FROM limit_daily "
        "WHERE limit_id = 'phone_1_30s' GROUP BY app_key ORDER BY app_key"
    )
    tried = [line.split() for line in ended.out.splitlines()[2:4]]
    assert [(app, requests, *rest) for app, requests, _, *rest in tried] == [
        (app, *map(str, counts)) for app, *counts in published
    ]


def test_days_that_are_tried_together_are_counted_apart(call: Call, repeated: DataFolder) -> None:
    ended = call("whatif", "--key", "phone", "--max", 1, "--window", "day", *SPAN, data=repeated.root)
    assert [line.split()[-3:] for line in ended.out.splitlines()[2:4]] == [["0"] * 3, ["4"] * 3]


def test_each_day_is_billed_by_its_rule(call: Call, repeated: DataFolder) -> None:
    repeated.write("authmeter.toml", f"[[billing]]\nvalid_from = {DAY}\none_click = []\n")
    ended = call("whatif", "--key", "phone", "--max", 1, "--window", "day", *SPAN, data=repeated.root)
    assert ended.out.startswith("1 request of each phone a day, over 3 days:")
    assert ended.out.splitlines()[3].split() == ["shop", "10", "70.0%", "4", "2", "4"]
