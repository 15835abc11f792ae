"""Bad rows and refused files by hand: section 13."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracle.bills.by_hand import AS_OF, BILLS, CONSOLE, LIMITS, PACKAGES, READINGS, cells, counted, use
from tests.oracle.bills.files import RefusedError
from tests.oracle.bills.times import console_day, console_month


@pytest.mark.parametrize(
    ("path", "header", "row", "reason"),
    [
        ("accounts", "app_key,vendor,account_id\n", "a,,", "missing:account_id"),
        ("accounts", "account_id,app_key\n", "x,a b", "invalid:app_key"),
        ("accounts", "account_id,vendor\n", f"x,{'v' * 129}", "invalid:vendor"),
        ("accounts", "account_id,app_key\n", "x,a,y", "malformed"),
        ("resource_packages", PACKAGES, ",,1,2026-01-01,,", "missing:resource_package_id"),
        ("resource_packages", PACKAGES, "p,,0,2026-01-01,,", "invalid:quantity"),
        ("resource_packages", PACKAGES, "p,,1.0,2026-01-01,,", "invalid:quantity"),
        ("resource_packages", PACKAGES, "p,,x,soon,,", "invalid:quantity"),  # the first of two
        ("resource_packages", PACKAGES, "p,,1,20260101,,", "invalid:purchased_at"),
        ("resource_packages", PACKAGES, "p,,1,2026-01-02,2026-01-02,", "invalid:expires_at"),
        ("resource_packages", PACKAGES, "p,,1,2026-01-01,,1 yuan", "invalid:price"),
        ("resource_packages", PACKAGES, "good,,1,2026-01-02,,", "duplicate:resource_package_id"),
        ("resource_packages", PACKAGES, "good,,0,2026-01-02,,", "invalid:quantity"),
        ("resource_package_readings", READINGS, "q,2026-03-01,1", "unknown:resource_package_id"),
        ("resource_package_readings", READINGS, "good,2026-02-28 23:59:59.999,1", "invalid:read_at"),
        ("resource_package_readings", READINGS, "good,2026-04-01,1", "invalid:read_at"),
        ("resource_package_readings", READINGS, "good,2026-03-01,6", "invalid:remaining"),
        ("resource_package_readings", READINGS, "good,2026-03-01,", "missing:remaining"),
        ("resource_package_readings", READINGS, "good,2026-03-02T00:00:00Z,2", "duplicate:resource_package_id+read_at"),
        ("limits", LIMITS, "l,,wechat,app,1,day", "invalid:channel"),
        ("limits", LIMITS, "l,,,ip,1,day", "invalid:key"),
        ("limits", LIMITS, "l,,,app,0,day", "invalid:max_requests"),
        ("limits", LIMITS, "l,,,app,1,86401", "invalid:window"),
        ("limits", LIMITS, "l,,,app,1,0", "invalid:window"),
        ("console/a", CONSOLE, "2026-02-30,x,,number,,,,,", "invalid:day"),
        ("console/a", CONSOLE, "2026-02-28,,,number,,,,,", "missing:account_id"),
        ("console/a", CONSOLE, "2026-02-28,x,,both,,,,,", "invalid:channel"),
        ("console/a", CONSOLE, "2026-02-28,x,,number,,,,,-1", "invalid:billed"),
        ("bills/a", BILLS, "2026-13,x,number,1,,", "invalid:month"),
        ("bills/a", BILLS, "2026-12,x,number,,,", "missing:quantity"),
        ("bills/a", BILLS, "2026-12,x,number,1,1.5,", "invalid:overflow_quantity"),
        ("bills/a", BILLS, "2026-12,x,number,1,,-", "invalid:amount"),
    ],
)
def test_a_bad_row_is_listed_with_its_line(tmp_path: Path, path: str, header: str, row: str, reason: str) -> None:
    good = {"resource_packages": "good,,5,2026-03-01,2026-04-01,9.50\n"}
    good["resource_package_readings"] = "good,2026-03-02 08:00:00,1\n"
    files = {"resource_packages": PACKAGES + good["resource_packages"]} if path.endswith("readings") else {}
    text = f"{header}\n{good.get(path, '')}{row}\n"
    table = counted(tmp_path, [use("2026-03-10 12:00:00")], **files, **{path.replace("/", "__"): text})
    # The header is line 1, a blank line 2.
    line = 4 if path in good else 3
    assert [tuple(row.values()) for row in table["rejected_records"]] == [(f"registry/{path}.csv", line, reason)]
    if path in good:
        assert cells(table["resource_packages"], "resource_package_id", "quantity") == [("good", 5)]


@pytest.mark.parametrize(
    ("path", "header"),
    [
        ("accounts", "app_key,vendor"),
        *(("resource_packages", PACKAGES.strip().replace(name, "x")) for name in ("quantity", "purchased_at")),
        *(("resource_package_readings", READINGS.strip().replace(name, "x")) for name in ("read_at", "remaining")),
        *(("limits", LIMITS.strip().replace(name, "x")) for name in (",key", "max_requests", "window")),
        *(("console__a", CONSOLE.strip().replace(name, "x")) for name in ("day", "account_id", "channel")),
        *(("bills__a", BILLS.strip().replace(name, "x")) for name in ("month", "account_id", "channel", ",quantity")),
    ],
)
def test_a_file_without_a_needed_column_is_refused(tmp_path: Path, path: str, header: str) -> None:
    with pytest.raises(RefusedError, match=path.replace("__", "/")):
        counted(tmp_path, [use("2026-03-10 12:00:00")], **{path: header + "\n"})


def test_any_other_column_may_be_absent_or_stand_elsewhere(tmp_path: Path) -> None:
    table = counted(
        tmp_path,
        [use("2026-03-10 12:00:00")],
        resource_packages="purchased_at,note,quantity,resource_package_id\n2026-03-10,x,3,p\n",
        limits="window,max_requests,key,limit_id\nday,1,app,l\n",
        console__a="channel,account_id,day,billed\nnumber,default,20260310,1\n",
        bills__a="quantity,channel,account_id,month\n1,number,default,202602\n",
    )
    assert cells(table["resource_packages"], "account_id", "remaining", "price") == [("default", 2, None)]
    assert cells(table["limit_daily"], "limit_id", "requests") == [("l", 1)]
    assert cells(table["reconciliation_daily"], "day", "app_key", "log") == [(AS_OF, "*", 1)]
    assert cells(table["reconciliation_monthly"], "bill") == [(1,)]
    assert table["rejected_records"] == []


@pytest.mark.parametrize("text", ["2026-0101", "2026-1-1", "202601", "2026/01/01", "20260229", "2026-01-01 00:00:00"])
def test_no_day(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        console_day(text)


@pytest.mark.parametrize("text", ["2026-1", "20260101", "2026/01", "202600"])
def test_no_month(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        console_month(text)
