"""Resource packages in the published file: days are cut where packages begin, even if these are registered later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pipelines.billing.packages import package_tables
from pipelines.billing.packages.ledger import AccountLedger
from pipelines.closing import package_restatements
from pipelines.common.errors import BooksError
from pipelines.marts import build
from pipelines.store.publication_note import may_have_packages
from tests.support import DAY, CopyOf, DataFolder, Row, record

PACKAGES = "resource_package_id,account_id,quantity,purchased_at\n"
USED = "SELECT day, resource_package_id, uses FROM resource_package_usage ORDER BY ALL"


def uses(prefix: str, hour: int, count: int, days_later: int = 0) -> list[Row]:
    day = DAY + timedelta(days=days_later)
    return [
        record(f"{prefix}{number}", day, stage="verify", event_time=f"{day}T{hour:02}:00:00+08:00")
        for number in range(count)
    ]


def two_uses(folder: DataFolder) -> None:
    folder.land("a.ndjson", uses("a", 9, 2))
    folder.tables()


@pytest.fixture
def used(copy_of: CopyOf) -> DataFolder:
    """Return a folder with the published tables of two uses, without packages."""
    return copy_of(two_uses)


def test_without_packages_the_tables_are_empty(used: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("resource_package_daily", "resource_package_usage", "resource_packages", "resource_package_forecast")
    assert [used.rows(f"FROM {name}") for name in names] == [[]] * 4
    # The published file need not be opened to find changed figures.
    monkeypatch.setattr(package_restatements, "published_tables", None)
    used.roll_up(DAY + timedelta(days=1))


def test_the_note_of_a_file_without_packages_is_gone_before_one_with_packages_stands_there(
    used: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not may_have_packages(used.store.database)
    used.write("registry/resource_packages.csv", PACKAGES + f"p,,4,{DAY}\n")

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(build, "write_note", killed)
    with pytest.raises(KeyboardInterrupt):
        used.tables()
    assert used.rows("SELECT resource_package_id FROM resource_packages") == [("p",)]
    assert may_have_packages(used.store.database)


def test_a_package_registered_later_is_drawn_from_its_own_instant_on(folder: DataFolder) -> None:
    folder.land("a.ndjson", [*uses("a", 9, 2), *uses("b", 12, 3), *uses("c", 9, 1, days_later=1)])
    folder.roll_up()
    folder.write("registry/resource_packages.csv", PACKAGES + f"p,,4,{DAY}T12:00:00\n")
    report = folder.tables(DAY + timedelta(days=1))
    assert DAY in report.days
    assert folder.rows(USED) == [(DAY, "p", 3), (DAY, None, 2), (DAY + timedelta(days=1), "p", 1)]
    # The package now begins at midnight, so the day is no longer cut, and no other figure of it changed.
    folder.write("registry/resource_packages.csv", PACKAGES + f"p,,4,{DAY}\n")
    folder.tables(DAY + timedelta(days=1))
    assert folder.rows(USED) == [(DAY, "p", 4), (DAY, None, 1), (DAY + timedelta(days=1), None, 1)]
    assert folder.rows("FROM restatements WHERE metric NOT LIKE 'resource_package%'") == []


def test_a_changed_account_moves_the_uses_also_between_instants(folder: DataFolder) -> None:
    folder.write("registry/resource_packages.csv", PACKAGES + f"p,acme,9,{DAY}T12:00:00\n")
    folder.land("a.ndjson", [*uses("a", 9, 2), *uses("b", 12, 3)])
    folder.tables()
    assert folder.rows(USED) == []
    folder.write("registry/accounts.csv", "app_key,account_id\nshop,acme\n")
    folder.tables()
    assert folder.rows(USED) == [(DAY, "p", 3), (DAY, None, 2)]


def test_a_ledger_that_does_not_sum_is_not_published(used: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    before = used.store.database.read_bytes()
    used.write("registry/resource_packages.csv", PACKAGES + f"p,,4,{DAY}\n")
    ledger = package_tables.account_ledger

    def ledger_error(*given: Any) -> AccountLedger:
        found = ledger(*given)
        return replace(found, days=[row._replace(remaining=row.remaining + 1) for row in found.days])

    monkeypatch.setattr(package_tables, "account_ledger", ledger_error)
    with pytest.raises(BooksError, match="resource package p has a wrong sum"):
        used.tables()
    assert used.store.database.read_bytes() == before


def restated(folder: DataFolder) -> list[tuple[Any, ...]]:
    """Return the restatements of packages: run, day, app, package, balance before and now, cause."""
    found = folder.restated("metric, run, day, app_key, channel, published_before, published_now, cause")
    return [row[1:] for row in found if row[0] == "resource_package_remaining"]


def test_a_late_use_restates_what_is_left_from_its_day_on(folder: DataFolder) -> None:
    folder.write("registry/resource_packages.csv", PACKAGES + f"p,,9,{DAY}\nq,,9,{DAY + timedelta(days=1)}\n")
    folder.land("a.ndjson", [*uses("a", 9, 2), *uses("b", 9, 1, days_later=1)])
    folder.tables(DAY + timedelta(days=1))
    folder.land("late.ndjson", uses("late", 12, 3))
    folder.tables(DAY + timedelta(days=2))
    run = folder.manifest.run
    assert restated(folder) == [(run, DAY, "*", "p", 7, 4, "late.ndjson")]
    # The next run does not record the restatement again.
    stored = folder.manifest.restatements
    folder.roll_up(DAY + timedelta(days=3))
    assert folder.manifest.restatements == stored


def test_a_package_that_is_drawn_earlier_has_the_cause_of_the_package_before(folder: DataFolder) -> None:
    """The late use is drawn from p. On the next day, which got no late file, p is used up earlier: q is drawn more."""
    newest = DAY + timedelta(days=1)
    folder.write("registry/resource_packages.csv", PACKAGES + f"p,,3,{DAY}\nq,,9,{DAY}\n")
    folder.land("a.ndjson", [*uses("a", 9, 2), *uses("b", 9, 2, days_later=1)])
    folder.tables(newest)
    folder.land("late.ndjson", uses("late", 12, 1))
    folder.roll_up(newest)
    run = folder.manifest.run
    expected = [(run, DAY, "*", "p", 1, 0, "late.ndjson"), (run, newest, "*", "q", 8, 7, "late.ndjson")]
    assert restated(folder) == expected


def test_each_file_that_can_have_changed_a_balance_is_a_cause(folder: DataFolder) -> None:
    newest = DAY + timedelta(days=1)
    folder.write("registry/resource_packages.csv", PACKAGES + f"p,,3,{DAY}\nq,,9,{DAY}\n")
    folder.land("a.ndjson", [*uses("a", 9, 2), *uses("b", 9, 2, days_later=1)])
    folder.tables(newest)
    folder.land("late.ndjson", [*uses("late", 12, 1), *uses("later", 12, 1, days_later=1)])
    folder.land("next.ndjson", uses("next", 12, 1, days_later=1))
    folder.roll_up(newest)
    assert [row[-1] for row in restated(folder)] == ["late.ndjson", "late.ndjson; next.ndjson"]


def test_a_package_that_is_written_otherwise_restates_what_is_left(folder: DataFolder) -> None:
    folder.write("registry/resource_packages.csv", PACKAGES + f"p,,9,{DAY}\nq,,9,{DAY}\n")
    folder.land("a.ndjson", uses("a", 9, 2))
    folder.tables()
    folder.write("registry/resource_packages.csv", PACKAGES + f"p,,8,{DAY}\nnew,,9,{DAY}\n")
    folder.tables()
    cause = "registry, result codes or billing rule"
    run = folder.manifest.run
    # The uses of p are now drawn from new, whose id comes first; no earlier figure of new was published.
    assert restated(folder) == [(run, DAY, "*", "p", 7, 8, cause), (run, DAY, "*", "q", 9, None, cause)]
    folder.roll_up()
    assert folder.manifest.run == run
    # No figure of the day changed.
    assert folder.rows("SELECT restated FROM day_quality") == [(False,)]
    (folder.store.registry / "resource_packages.csv").unlink()
    folder.roll_up()
    gone = [(run + 1, DAY, "*", "new", 7, None, cause), (run + 1, DAY, "*", "p", 8, None, cause)]
    assert restated(folder)[2:] == gone


def test_what_was_not_published_is_restated_once_and_named_on_the_page_of_its_day(folder: DataFolder) -> None:
    folder.write("registry/resource_packages.csv", PACKAGES + f"p<b>,,9,{DAY}\n")
    folder.land("a.ndjson", uses("a", 9, 2))
    folder.tables()
    folder.land("late.ndjson", uses("late", 12, 3))
    # The run that restates the package is killed before it publishes.
    folder.roll_up()
    folder.publish()
    assert restated(folder) == [(folder.manifest.run, DAY, "*", "p<b>", 7, 4, "late.ndjson")]
    page = (folder.store.site / "days" / f"{DAY}.html").read_text("utf-8")
    assert "Remaining in a resource package" in page
    assert "p&lt;b&gt;" in page


def test_a_change_after_a_run_that_did_not_publish_is_restated_from_its_own_day_on(folder: DataFolder) -> None:
    newest = DAY + timedelta(days=1)
    folder.write("registry/resource_packages.csv", PACKAGES + f"p,,9,{DAY}\n")
    folder.land("a.ndjson", [*uses("a", 9, 1), *uses("b", 9, 1, days_later=1)])
    folder.tables(newest)
    folder.land("late.ndjson", uses("late", 12, 1, days_later=1))
    folder.roll_up(newest)
    folder.land("later.ndjson", uses("later", 12, 1))
    folder.tables(newest)
    run = folder.manifest.run
    # The published balances were 8 and 7.
    expected = [(run - 1, newest, "*", "p", 7, 6, "late.ndjson"), (run, DAY, "*", "p", 8, 7, "later.ndjson")]
    assert restated(folder) == expected
    folder.roll_up(newest)
    assert folder.manifest.run == run


def test_a_late_copy_that_only_moves_a_use_in_time_is_the_cause_of_a_changed_balance(folder: DataFolder) -> None:
    """The late copy of the use is earlier, so it counts. It is before the purchase, so only the balance changes."""
    folder.write("registry/resource_packages.csv", PACKAGES + f"p,,9,{DAY}T12:00:00+08:00\n")
    folder.land("a.ndjson", uses("a", 13, 2))
    folder.tables()
    folder.land("late.ndjson", uses("a", 10, 1))
    folder.roll_up()
    assert restated(folder) == [(folder.manifest.run, DAY, "*", "p", 7, 8, "late.ndjson")]


def test_a_removed_day_restates_the_balance_of_a_package_bought_before(folder: DataFolder) -> None:
    """The uses of the removed day no longer count, so the balance becomes an upper bound. The package drawn next keeps
    more on a day that is not removed.
    """
    folder.write("authmeter.toml", "retention_days = 60\nkeep_events_days = 61\nkeep_days = 61\n")
    folder.write("registry/resource_packages.csv", PACKAGES + f"p,,9,{DAY}\nq,,9,{DAY}\n")
    folder.land("a.ndjson", [*uses("a", 9, 2), *uses("b", 9, 8, days_later=60)])
    folder.tables(DAY + timedelta(days=60))
    folder.tables(DAY + timedelta(days=61))
    assert folder.manifest.days_from == DAY + timedelta(days=1)
    run, cause = folder.manifest.run, "days that retention removed"
    next_drawn = (run, DAY + timedelta(days=60), "*", "q", 8, 9, cause)
    assert restated(folder) == [(run, DAY, "*", "p", 7, 9, cause), next_drawn]
    assert folder.rows("SELECT remaining, missing_days FROM resource_packages") == [(1, 61), (9, 61)]
    # A later run that removes no further day has another cause.
    folder.write("registry/resource_packages.csv", PACKAGES + f"p,,9,{DAY}\nq,,8,{DAY}\n")
    folder.tables(DAY + timedelta(days=61))
    rules = "registry, result codes or billing rule"
    assert restated(folder)[2:] == [(run + 1, DAY, "*", "q", 9, 8, rules)]


def test_the_first_log_of_all_is_the_cause_of_a_changed_balance(folder: DataFolder) -> None:
    folder.write("registry/resource_packages.csv", PACKAGES + f"p,,9,{DAY}\n")
    folder.tables()
    folder.land("first.ndjson", uses("a", 9, 2))
    folder.roll_up()
    assert restated(folder) == [(folder.manifest.run, DAY, "*", "p", 9, 7, "first.ndjson")]
