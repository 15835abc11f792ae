"""Resource packages in the published file: days are cut where packages begin, also when these are told later."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pipelines.billing import package_tables
from pipelines.common.errors import BooksError
from tests.support import DAY, DataFolder, Row, record

PACKAGES = "resource_package_id,account_id,quantity,purchased_at\n"
USED = "SELECT day, resource_package_id, uses FROM resource_package_usage ORDER BY ALL"


def uses(prefix: str, hour: int, count: int, days_later: int = 0) -> list[Row]:
    day = DAY + timedelta(days=days_later)
    return [
        record(f"{prefix}{number}", day, stage="verify", event_time=f"{day}T{hour:02}:00:00+08:00")
        for number in range(count)
    ]


def test_without_packages_the_tables_are_empty(folder: DataFolder) -> None:
    folder.land("a.ndjson", uses("a", 9, 2))
    folder.tables()
    names = ("resource_package_daily", "resource_package_usage", "resource_packages", "resource_package_forecast")
    assert [folder.rows(f"FROM {name}") for name in names] == [[]] * 4


def test_a_package_that_is_told_later_is_drawn_from_its_own_instant_on(folder: DataFolder) -> None:
    folder.land("a.ndjson", [*uses("a", 9, 2), *uses("b", 12, 3), *uses("c", 9, 1, days_later=1)])
    folder.tables()
    folder.write("registry/resource_packages.csv", PACKAGES + f"p,,4,{DAY}T12:00:00\n")
    report = folder.tables(DAY + timedelta(days=1))
    assert DAY in report.days
    assert folder.rows(USED) == [(DAY, "p", 3), (DAY, None, 2), (DAY + timedelta(days=1), "p", 1)]
    # As it was: the day is not cut any more, and nothing else of it changed.
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


def test_a_ledger_that_does_not_sum_is_not_published(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.land("a.ndjson", uses("a", 9, 2))
    folder.tables()
    before = folder.store.database.read_bytes()
    folder.write("registry/resource_packages.csv", PACKAGES + f"p,,4,{DAY}\n")
    ledger = package_tables.account_ledger

    def unsound(*given: object) -> object:
        found = ledger(*given)
        return type(found)([row._replace(remaining=row.remaining + 1) for row in found.days], found.usage)

    monkeypatch.setattr(package_tables, "account_ledger", unsound)
    with pytest.raises(BooksError, match="resource package p does not sum"):
        folder.tables()
    assert folder.store.database.read_bytes() == before
