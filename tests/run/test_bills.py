"""Bills are computed anew after a change of an app's account or a vendor's rule and after late records, also for days
whose events were removed.
"""

from __future__ import annotations

import pytest

from tests.support import DAY, CopyOf, DataFolder, days_before, record

BEFORE = days_before(DAY, 1)
BILLS = "SELECT day, account_id, app_key, requests::INTEGER, uses::INTEGER FROM billing_daily"
HOURS = "SELECT day, account_id, sum(uses)::INTEGER FROM billing_hourly GROUP BY ALL ORDER BY ALL"


def verification(event_id: str, day: object = DAY, **fields: object) -> dict[str, object]:
    return record(event_id, day, channel="one_click", stage="verify", **fields)  # type: ignore[arg-type]


def two_days_of_uses(folder: DataFolder) -> None:
    rows = [verification(f"{app}{day}", day, app_key=app) for app in ("shop", "game") for day in (BEFORE, DAY)]
    folder.land("a.ndjson", rows)
    folder.tables()


@pytest.fixture
def billed(copy_of: CopyOf) -> DataFolder:
    """Return a folder with one use of `shop` and one of `game` on each of two days."""
    return copy_of(two_days_of_uses)


def test_without_accounts_all_is_of_the_default_one_and_uses_are_what_is_billed(billed: DataFolder) -> None:
    assert billed.rows(BILLS) == [(day, "default", app, 1, 1) for day in (BEFORE, DAY) for app in ("game", "shop")]
    assert billed.rows(HOURS) == [(day, "default", 2) for day in (BEFORE, DAY)]
    uses = billed.rows("SELECT day, app_key, sum(uses)::INTEGER FROM billing_daily GROUP BY ALL ORDER BY ALL")
    assert uses == billed.rows("SELECT day, app_key, billable_verifications::INTEGER FROM usage_daily ORDER BY ALL")


def test_every_day_follows_an_account_and_no_day_is_rolled_up_again(billed: DataFolder) -> None:
    billed.write("registry/accounts.csv", "account_id,app_key\nbeijing,shop\n")
    assert billed.tables().days == []
    expected = [
        (day, account, app, 1, 1)
        for day in (BEFORE, DAY)
        for account, app in (("beijing", "shop"), ("default", "game"))
    ]
    assert billed.rows(BILLS) == expected
    assert billed.rows(HOURS) == [(day, account, 1) for day in (BEFORE, DAY) for account in ("beijing", "default")]
    found = billed.contents()
    billed.store.database.unlink()
    billed.open().build_marts()
    assert found == billed.contents()


def test_a_day_whose_events_are_gone_follows_its_account(billed: DataFolder) -> None:
    manifest = billed.manifest
    manifest.events_from = DAY
    billed.store.commit(manifest)
    billed.write("registry/apps.csv", "app_key,app_name,account_id\nshop,Shop,beijing\n")
    billed.tables()
    assert (BEFORE, "beijing", "shop", 1, 1) in billed.rows(BILLS)


def test_a_rule_restates_the_uses_of_its_vendor_on_the_days_it_is_in_force(folder: DataFolder) -> None:
    rows = [
        verification(f"{vendor}{day}", day, app_key=vendor, vendor=vendor, outcome="mismatch")
        for day in (BEFORE, DAY) for vendor in ("a", "b")
    ]  # fmt: skip
    folder.land("a.ndjson", rows)
    folder.roll_up()
    folder.write("authmeter.toml", f'[[billing]]\nvendor = "b"\nvalid_from = {DAY}\none_click = ["mismatch"]\n')
    assert folder.tables().days == [DAY]
    uses = {(BEFORE, "a"): 0, (BEFORE, "b"): 0, (DAY, "a"): 0, (DAY, "b"): 1}
    assert folder.rows(BILLS) == [(day, "default", app, 1, count) for (day, app), count in uses.items()]
    changed = folder.rows("SELECT app_key, channel, metric, published_before, published_now FROM restatements")
    assert changed == [("b", channel, "billable_verifications", 0, 1) for channel in ("*", "one_click")]


def test_of_a_log_that_grew_after_its_day_the_end_is_late(folder: DataFolder) -> None:
    rows = [verification(f"e{number}", app_key=f"app{number}") for number in range(6)]
    other = [verification(f"o{number}", days_before(DAY, 2)) for number in range(3)]
    # The file also has rows of another day between these, and the part has other files before and after it.
    folder.land("0.ndjson", [verification("first", app_key="first")])
    folder.land("a.ndjson", [rows[0], other[0], rows[1], rows[2]])
    folder.land("b.ndjson", [verification("last", app_key="last")])
    folder.roll_up()
    folder.land("a.ndjson", [rows[0], other[0], rows[1], rows[2], other[1], rows[3], rows[4]])
    folder.land("c.ndjson", [rows[1], rows[5], rows[5]])
    folder.tables()
    late = "SELECT app_key, late::INTEGER FROM billing_daily WHERE day = ? AND late > 0 ORDER BY ALL"
    assert folder.rows(late.replace("?", f"DATE '{DAY}'")) == [("app3", 1), ("app4", 1), ("app5", 1)]
    # Two days before, the second record came late. A day that is computed anew gets the same figures.
    assert folder.rows(late.replace("?", f"DATE '{days_before(DAY, 2)}'")) == [("shop", 1)]
    content = folder.manifest.days[DAY].content
    assert folder.roll_up(forced=frozenset({DAY})).days == [DAY]
    assert folder.manifest.days[DAY].content == content
