"""Rows of resource packages and readings: how valid ones are read; an invalid one is listed and affects no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.common.errors import UsageError
from pipelines.contract.registry.packages import load_packages
from pipelines.contract.registry.registry import Registry, load_registry

PACKAGES = "resource_package_id,account_id,quantity,purchased_at,expires_at,price\n"
READINGS = "resource_package_id,read_at,remaining\n"


def load(folder: Path, packages: str | bytes = "", readings: str = "") -> Registry:
    for name, text in (("resource_packages", packages), ("resource_package_readings", readings)):
        if text:
            (folder / f"{name}.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_registry(folder, "Asia/Shanghai")


def found(registry: Registry) -> list[tuple[int, str]]:
    return [(problem.line, problem.reason) for problem in registry.problems]


def validity(folder: Path, purchased_at: str, expires_at: str = "") -> tuple[str, str]:
    (package,) = load(folder, PACKAGES + f"p,a,10,{purchased_at},{expires_at},\n").bought.packages
    return package.purchased_at.isoformat(), package.expires_at.isoformat()


def test_a_row_is_read_as_it_is_written(tmp_path: Path) -> None:
    bought = load(
        tmp_path, PACKAGES + "p2,acc,1000,2026-01-02 10:00:00.5,2026-07-01,880.50\np1,,1,2026-01-02,,\n"
    ).bought
    first, second = bought.packages
    assert (first.resource_package_id, first.account_id, first.quantity, first.price) == ("p1", "default", 1, None)
    assert (second.account_id, second.quantity, second.price) == ("acc", 1000, 880.5)
    assert second.purchased_at.isoformat() == "2026-01-02T02:00:00.500000+00:00"
    assert second.expires_at.isoformat() == "2026-06-30T16:00:00+00:00"


@pytest.mark.parametrize(
    ("purchased_at", "last_day_is_over"),
    [
        ("2026-03-05", "2027-03-05T16:00:00+00:00"), ("2026-03-05T23:59:59", "2027-03-05T16:00:00+00:00"),
        # On 5 March in UTC, on the 6th in the business zone.
        ("2026-03-05T16:00:00Z", "2027-03-06T16:00:00+00:00"),
        ("2028-02-29", "2029-02-28T16:00:00+00:00"), ("2027-02-28", "2028-02-28T16:00:00+00:00"),
    ],
)  # fmt: skip
def test_without_an_expiry_a_package_is_valid_through_its_first_anniversary(
    tmp_path: Path, purchased_at: str, last_day_is_over: str
) -> None:
    assert validity(tmp_path, purchased_at)[1] == last_day_is_over


def test_bad_packages_are_listed_with_the_first_column_that_is_wrong(tmp_path: Path) -> None:
    rows = {
        "p1,a,10,2026-01-02,,": None, ",a,x,,,": "missing:resource_package_id",
        f"{'p' * 129},a,10,2026-01-02,,": "invalid:resource_package_id",
        f"p2,{'a' * 129},0,2026-01-02,,": "invalid:account_id", "p2,a,,never,,": "missing:quantity",
        "p2,a,0,2026-01-02,,": "invalid:quantity", "p2,a,1.5,2026-01-02,,": "invalid:quantity",
        "p2,a,-1,2026-01-02,,": "invalid:quantity", f"p2,a,{'9' * 16},2026-01-02,,": "invalid:quantity",
        "p2,a,10,,,": "missing:purchased_at", "p2,a,10,2026-13-01,x,": "invalid:purchased_at",
        "p2,a,10,9999-06-01,,": "invalid:purchased_at", "p2,a,10,0026-11-01,,": "invalid:purchased_at",
        "p2,a,10,2026-01-02,x,": "invalid:expires_at", "p2,a,10,2026-01-02,9999-12-31T16:00Z,": "invalid:expires_at",
        # In Shanghai, the year 10000.
        "p2,a,10,2026-01-02,9999-12-31T16:00:00Z,": "invalid:expires_at",
        "p2,a,10,2026-01-02,2026-01-02,": "invalid:expires_at", "p2,a,10,2026-01-02,2026-01-01,": "invalid:expires_at",
        "p2,a,10,2026-01-02,,-3": "invalid:price", "p2,a,10,2026-01-02,,cheap": "invalid:price",
        "p1,a,10,2026-01-03,,x": "invalid:price", "p1,a,10,2026-01-03,,": "duplicate:resource_package_id",
        "p2,a,10": "malformed", "p2,a,10,2026-01-02,,,": "malformed", "p2,a,010,2026-01-02,9999-12-31,1": None,
    }  # fmt: skip
    registry = load(tmp_path, PACKAGES + "\n".join(rows) + "\n")
    assert found(registry) == [(line, reason) for line, reason in enumerate(rows.values(), 2) if reason]
    assert [(one.resource_package_id, one.quantity) for one in registry.bought.packages] == [("p1", 10), ("p2", 10)]
    assert {problem.path for problem in registry.problems} == {"registry/resource_packages.csv"}


def test_bad_readings_are_listed_with_the_first_column_that_is_wrong(tmp_path: Path) -> None:
    rows = {
        "p,2026-01-02T10:00:00,10": None, "p,2026-06-30T23:59:59.999,0": None,
        ",2026-01-03,1": "missing:resource_package_id", "q,never,x": "unknown:resource_package_id",
        "bad,2026-01-03,1": "unknown:resource_package_id", "p,,x": "missing:read_at", "p,never,x": "invalid:read_at",
        "p,2026-01-02T09:59:59,x": "invalid:read_at", "p,2026-07-01,5": "invalid:read_at",
        "p,2026-01-03,": "missing:remaining", "p,2026-01-03,-1": "invalid:remaining",
        "p,2026-01-03,11": "invalid:remaining", "p,2026-01-03,1.0": "invalid:remaining",
        "p,2026-01-02T02:00:00Z,3": "duplicate:resource_package_id+read_at",
    }  # fmt: skip
    packages = PACKAGES + "p,a,10,2026-01-02T10:00:00,2026-07-01,\nbad,a,0,2026-01-02,,\n"
    registry = load(tmp_path, packages, READINGS + "\n".join(rows))
    of_readings = [(one.line, one.reason) for one in registry.problems if "readings" in one.path]
    assert of_readings == [(line, reason) for line, reason in enumerate(rows.values(), 2) if reason]
    assert [one.remaining for one in registry.bought.readings] == [10, 0]


def test_an_empty_file_has_no_column(tmp_path: Path) -> None:
    (tmp_path / "resource_packages.csv").write_text("")
    with pytest.raises(UsageError, match="has no column resource_package_id, quantity, purchased_at"):
        load_packages(tmp_path, "UTC", [])


def test_the_fingerprint_changes_with_a_package_and_with_a_reading(tmp_path: Path) -> None:
    plain = load(tmp_path, PACKAGES).fingerprint
    bought = load(tmp_path, PACKAGES + "p,a,10,2026-01-02,,\n").fingerprint
    read = load(tmp_path, PACKAGES + "p,a,10,2026-01-02,,\n", READINGS + "p,2026-01-03,4\n").fingerprint
    assert len({plain, bought, read}) == 3


def test_the_draw_order_is_by_expiry_then_purchase_then_id(tmp_path: Path) -> None:
    spans = {"c": "02,2026-07", "b": "02,2026-07", "d": "01,2026-07", "a": "01,2026-08"}
    rows = "".join(f"{name},,1,2026-01-{span}-01,\n" for name, span in spans.items())
    packages = load(tmp_path, PACKAGES + rows).bought.packages
    ordered = sorted(packages, key=lambda one: one.draw_order)
    assert [one.resource_package_id for one in ordered] == ["d", "b", "c", "a"]
