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
from pipelines.ingest.reread import RereadRequest
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


RULES = "registry, result codes or billing rule"
DAYS = [DAY + timedelta(days=n) for n in range(8)]
# By account, on days of its own: the quantities and purchases of its packages, its uses, those that come later in
# late.ndjson and in next.ndjson, and the restatements: day, package, balance before and now, cause.
CASES: dict[str, tuple[dict[str, str], list[Row], list[Row], list[Row], list[tuple[Any, ...]]]] = {
    "a_late_use": (
        {"p": f"9,{DAY}", "q": f"9,{DAYS[1]}"}, [*uses("a", 9, 2), *uses("b", 9, 1, 1)], uses("late", 12, 3), [],
        [(DAY, "p", 7, 4, "late.ndjson")],
    ),
    # The late use is drawn from p. On the next day, which got no late file, p is used up earlier: q is drawn more.
    "drawn_earlier": (
        {"p": f"3,{DAYS[2]}", "q": f"9,{DAYS[2]}"}, [*uses("a", 9, 2, 2), *uses("b", 9, 2, 3)],
        uses("late", 12, 1, 2), [], [(DAYS[2], "p", 1, 0, "late.ndjson"), (DAYS[3], "q", 8, 7, "late.ndjson")],
    ),
    "each_file_that_can_have_changed_a_balance": (
        {"p": f"3,{DAYS[4]}", "q": f"9,{DAYS[4]}"}, [*uses("a", 9, 2, 4), *uses("b", 9, 2, 5)],
        [*uses("late", 12, 1, 4), *uses("later", 12, 1, 5)], uses("next", 12, 1, 5),
        [(DAYS[4], "p", 1, 0, "late.ndjson"), (DAYS[5], "q", 8, 5, "late.ndjson; next.ndjson")],
    ),
    # The late copy of a use is earlier, so it counts. It is before the purchase, so only the balance changes.
    "moved_in_time": (
        {"p": f"9,{DAYS[6]}T12:00:00+08:00"}, uses("a", 13, 2, 6), uses("a", 10, 1, 6), [],
        [(DAYS[6], "p", 7, 8, "late.ndjson")],
    ),
    # The uses of p are then drawn from new, whose id comes first; no earlier figure of new was published.
    "written_otherwise": (
        {"p": f"9,{DAYS[7]}", "q": f"9,{DAYS[7]}"}, uses("a", 9, 2, 7), [], [],
        [(DAYS[7], "p", 7, 8, RULES), (DAYS[7], "q", 9, None, RULES)],
    ),
}  # fmt: skip


def changed_balances(folder: DataFolder) -> None:
    """Publish the packages and uses of each case. Then land its later uses, change packages, and publish again."""
    bought = PACKAGES + "".join(
        f"{name}-{package},{name},{row}\n" for name, case in CASES.items() for package, row in case[0].items()
    )
    changed = bought.replace("written_otherwise-p,written_otherwise,9", "written_otherwise-p,written_otherwise,8")
    folder.write("registry/accounts.csv", "app_key,account_id\n" + "".join(f"{name},{name}\n" for name in CASES))
    folder.write("registry/resource_packages.csv", bought)
    for place, file in enumerate(("a.ndjson", "late.ndjson", "next.ndjson"), 1):
        folder.land(file, [
            row | {"app_key": name, "event_id": f"{name}-{row['event_id']}"}
            for name, case in CASES.items()
            for row in (case[1], case[2], case[3])[place - 1]
        ])  # fmt: skip
        if place == 1:
            folder.tables(DAYS[-1])
    folder.write("registry/resource_packages.csv", changed.replace("written_otherwise-q", "written_otherwise-new"))
    folder.tables(DAYS[-1])


@pytest.mark.parametrize("name", CASES)
def test_a_changed_balance_is_restated_from_its_day_on_with_its_causes(made_once: CopyOf, name: str) -> None:
    folder = made_once(changed_balances)
    assert [row for row in restated(folder) if row[3].startswith(name)] == [
        (folder.manifest.run, day, "*", f"{name}-{package}", *balances_and_cause)
        for day, package, *balances_and_cause in CASES[name][4]
    ]


def test_restated_balances_are_not_restated_again(copy_of: CopyOf) -> None:
    folder = copy_of(changed_balances)
    run, stored = folder.manifest.run, folder.manifest.restatements
    # No figure of the day changed.
    assert folder.rows(f"SELECT restated FROM day_quality WHERE day = '{DAYS[7]}'") == [(False,)]
    folder.roll_up(DAYS[-1])
    assert (folder.manifest.run, folder.manifest.restatements) == (run, stored)
    (folder.store.registry / "resource_packages.csv").unlink()
    folder.roll_up(DAYS[-1])
    gone = [row for row in restated(folder) if row[0] > run and row[1] == DAYS[7]]
    assert gone == [
        (run + 1, DAYS[7], "*", "written_otherwise-new", 7, None, RULES),
        (run + 1, DAYS[7], "*", "written_otherwise-p", 8, None, RULES),
    ]


def test_what_a_run_did_not_publish_is_restated_once_and_named_on_the_page_of_its_day(folder: DataFolder) -> None:
    """The run that restates two packages is killed before it publishes. Before the next run, a file changes an earlier
    day of one of them.
    """

    def of_game(hour: int, count: int) -> list[Row]:
        return [row | {"app_key": "game"} for row in uses(f"game-{hour}-", hour, count, 2)]

    folder.write("registry/accounts.csv", "app_key,account_id\ngame,game\n")
    folder.write("registry/resource_packages.csv", PACKAGES + f"p,,9,{DAY}\n<b>,game,9,{DAYS[2]}\n")
    folder.land("a.ndjson", [*uses("a", 9, 1), *uses("b", 9, 1, 1), *of_game(9, 2)])
    folder.tables(DAYS[2])
    folder.land("late.ndjson", [*uses("late", 12, 1, 1), *of_game(12, 3)])
    folder.roll_up(DAYS[2])
    folder.land("later.ndjson", uses("later", 12, 1))
    folder.publish(DAYS[2])
    run = folder.manifest.run
    # The published balances of p were 8 and 7.
    expected = [
        (run - 1, DAYS[1], "*", "p", 7, 6, "late.ndjson"),
        (run - 1, DAYS[2], "*", "<b>", 7, 4, "late.ndjson"),
        (run, DAY, "*", "p", 8, 7, "later.ndjson"),
    ]
    assert restated(folder) == expected
    page = (folder.store.site / "days" / f"{DAYS[2]}.html").read_text("utf-8")
    assert "Remaining in a resource package" in page
    assert "&lt;b&gt;" in page
    folder.roll_up(DAYS[2])
    assert folder.manifest.run == run


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
    assert restated(folder)[2:] == [(run + 1, DAY, "*", "q", 9, 8, RULES)]


def test_the_first_log_of_all_is_the_cause_of_a_changed_balance(folder: DataFolder) -> None:
    folder.write("registry/resource_packages.csv", PACKAGES + f"p,,9,{DAY}\n")
    folder.tables()
    folder.land("first.ndjson", uses("a", 9, 2))
    folder.roll_up()
    assert restated(folder) == [(folder.manifest.run, DAY, "*", "p", 9, 7, "first.ndjson")]


def test_a_file_read_again_for_a_new_day_is_named_once_in_the_cause(folder: DataFolder) -> None:
    later = DAY + timedelta(days=70)
    folder.write("authmeter.toml", "retention_days = 60\n")
    folder.write("registry/resource_packages.csv", PACKAGES + f"p,,9,{DAY}\n")
    folder.land("a.ndjson", [*uses("a", 9, 2), *uses("b", 9, 1, days_later=70)])
    folder.tables(later)
    folder.write("authmeter.toml", "retention_days = 90\n")
    run = folder.open(later)
    run.reread = RereadRequest()
    run.ingest(later)
    run.roll_up(later)
    run.build_marts()
    assert [row[-1] for row in restated(folder)] == ["a.ndjson (read again)"]
