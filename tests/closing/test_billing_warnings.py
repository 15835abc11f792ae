"""Tests the warnings of resource packages, consoles and bills: when each fires, and its text."""

from __future__ import annotations

import shutil
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import polars as pl
import pytest

from pipelines.billing import published
from pipelines.closing.billing_warnings import billing_warnings, published_billing_warnings
from pipelines.common.errors import AuthmeterError
from pipelines.contract.settings.settings import Settings
from pipelines.run.status import status_of
from tests.support import DAY, DataFolder, morning_after, record

PACKAGES = "resource_package_id,account_id,quantity,purchased_at,expires_at\n"


def fired(folder: DataFolder, day: date = DAY) -> dict[str, str]:
    """Close a day, and return the English text of each billing warning that fired, by name of the check."""
    run = folder.open(day)
    run.ingest(day)
    run.roll_up(day)
    return {
        one.check_name: one.detail.en
        for one in run.checks
        if not one.passed and ("package" in one.check_name or one.check_name == "reconciliation")
    }


def use(folder: DataFolder, *counts: int) -> None:
    """Land a file of uses for each day up to `DAY`. `counts` has the number of uses of each day, oldest first."""
    for back, count in enumerate(reversed(counts)):
        day = DAY - timedelta(days=back)
        rows = [
            record(f"{day}-{number}", day, stage="verify", event_time=f"{day}T09:00:00+08:00")
            for number in range(count)
        ]
        folder.land(f"{day}.ndjson", rows)


def test_nobody_is_warned_who_has_no_package() -> None:
    results = billing_warnings(None, Settings(), DAY)
    assert [one.passed for one in results] == [True] * 6


def test_of_an_older_version_nothing_fires_and_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    database = tmp_path / "authmeter.duckdb"
    assert all(one.passed for one in published_billing_warnings(database))
    duckdb.connect(str(database)).close()
    assert [one.passed for one in published_billing_warnings(database)] == [True] * 6
    database.write_bytes(b"no database" * 1000)
    with pytest.raises(AuthmeterError, match="The published file cannot be read"):
        published_billing_warnings(database)


def test_a_fifth_left_is_enough_and_less_is_low(folder: DataFolder) -> None:
    use(folder, 8)
    folder.write("registry/resource_packages.csv", PACKAGES + f"p,,10,{DAY},\n")
    assert fired(folder) == {}
    use(folder, 9)
    assert fired(folder) == {"package_low": "default: 1 of 10 left in its resource packages"}
    folder.write("authmeter.toml", "package_low_share = 0.1")
    assert fired(folder) == {}


def test_what_is_left_is_an_upper_bound_if_a_day_has_no_data(folder: DataFolder) -> None:
    use(folder, 4, 0, 5)
    folder.write("registry/resource_packages.csv", PACKAGES + f"p,,10,{DAY - timedelta(days=2)},\n")
    assert fired(folder) == {"package_low": "default: ≤ 1 of 10 left in its resource packages"}


def test_an_account_without_an_active_package_is_low_and_its_uses_are_over(folder: DataFolder) -> None:
    use(folder, 2)
    folder.write("registry/resource_packages.csv", PACKAGES + f"p,,10,{DAY + timedelta(days=1)},\n")
    assert fired(folder) == {
        "package_low": "default: no active resource package",
        "package_overflow": f"default: 2 uses on {DAY} beyond its resource packages",
    }


def test_what_runs_out_within_two_weeks_is_named_with_its_day(folder: DataFolder) -> None:
    use(folder, *[1] * 7)
    first = DAY - timedelta(days=6)
    folder.write("registry/resource_packages.csv", PACKAGES + f"p,,20,{first},\n")
    assert fired(folder) == {
        "package_run_out": f"default: its resource packages may run out on {DAY + timedelta(days=14)}"
    }
    folder.write("registry/resource_packages.csv", PACKAGES + f"p,,21,{first},\n")
    assert fired(folder) == {}


def test_what_lapses_within_thirty_days_is_named(folder: DataFolder) -> None:
    use(folder, *[1] * 7)
    first, last = DAY - timedelta(days=6), DAY + timedelta(days=31)
    # 7 of 40 are used and 30 will be: 3 lapse. Of 39, 2 or 5.1 % would lapse; of 38, 1 is too few. q begins later.
    folder.write("registry/resource_packages.csv", PACKAGES + f"p,,40,{first},{last}\nq,,90,{last},\n")
    assert fired(folder) == {"package_unused": "resource package p: 3 of 40 expected to lapse"}
    folder.write("registry/resource_packages.csv", PACKAGES + f"p,,38,{first},{last}\nq,,90,{last},\n")
    assert fired(folder) == {}
    later = last + timedelta(days=1)
    folder.write("registry/resource_packages.csv", PACKAGES + f"p,,90,{first},{later}\nq,,90,{later},\n")
    assert fired(folder) == {}


def test_a_reading_that_is_off_by_more_than_two_in_a_hundred_is_named_till_the_next_one(folder: DataFolder) -> None:
    use(folder, 10)
    folder.write("registry/resource_packages.csv", PACKAGES + f"p,,100,{DAY},\n")
    head = "resource_package_id,read_at,remaining\n"
    folder.write("registry/resource_package_readings.csv", head + f"p,{DAY}T10:00:00,88\n")
    assert fired(folder) == {}
    folder.write("registry/resource_package_readings.csv", head + f"p,{DAY}T10:00:00,93\n")
    assert fired(folder) == {"package_drift": "resource package p: the newest reading is 3 above the computed value"}
    # The reading still differs after the package expired.
    folder.write("registry/resource_packages.csv", PACKAGES + f"p,,100,{DAY},{DAY}T12:00:00\n")
    assert fired(folder)["package_drift"] == "resource package p: the newest reading is 3 above the computed value"
    folder.write("registry/resource_package_readings.csv", head + f"p,{DAY}T10:00:00,93\np,{DAY}T11:00:00,93\n")
    assert "package_drift" not in fired(folder)


def test_a_package_lapses_within_thirty_days_also_if_one_of_them_has_25_hours() -> None:
    zone, as_of = "America/New_York", date(2026, 10, 15)

    def is_named(last: date) -> bool:
        package = {
            "resource_package_id": "p", "account_id": "acc", "quantity": 100, "drift": None, "unused_expected": 90,
            "state": "active", "missing_days": 0, "expires_at": datetime.combine(last, time(), ZoneInfo(zone)),
        }  # fmt: skip
        of = {"day": as_of, "month": as_of, "account_id": "acc", "resource_package_id": "p", "unexplained": None}
        tables = {
            "resource_packages": pl.DataFrame([package]),
            "resource_package_forecast": pl.DataFrame(schema=["account_id"]),
            **dict.fromkeys(("resource_package_usage", "reconciliation_daily"), pl.DataFrame([of])),
            "reconciliation_monthly": pl.DataFrame(schema=["month"]),
        }
        found = {one.check_name: one.passed for one in billing_warnings(tables, Settings(timezone=zone), as_of)}
        return not found["package_unused"]

    assert is_named(as_of + timedelta(days=31))
    assert not is_named(as_of + timedelta(days=32))


def test_what_nothing_explains_of_the_last_days_and_the_last_month_is_named(folder: DataFolder) -> None:
    use(folder, *[20] * 10)
    head = "day,account_id,channel,total\n"
    # The rows are for 10, 4 and 3 March. The last 7 days begin on the 4th, so the row for the 3rd is not named.
    rows = [f"{DAY},default,one_click,26", "2026-03-04,default,number,10", "2026-03-03,default,number,10"]
    folder.write("registry/console/a.csv", head + "\n".join(rows))
    found = (
        "2026-03-04 default · all apps · Number verification · Calls: the console is 10 below the log without a known "
        "cause; "
        "2026-03-10 default · all apps · One-click login · Calls: the console is 6 above the log without a known cause"
    )
    assert fired(folder) == {"reconciliation": found}
    folder.write("authmeter.toml", "tolerance_records = 10")
    assert fired(folder) == {}
    folder.write("registry/bills/a.csv", "month,account_id,channel,quantity\n2026-02,default,one_click,9\n")
    assert fired(folder) == {}
    folder.write("registry/bills/a.csv", "month,account_id,channel,quantity\n2026-02,default,one_click,19\n")
    assert fired(folder) == {
        "reconciliation": "2026-02 default · One-click login · Billed quantity: the bill is 19 above the log, which "
        "lacks days of the month"
    }
    folder.write("registry/bills/a.csv", "month,account_id,channel,quantity\n2026-01,default,one_click,19\n")
    assert fired(folder) == {}


def test_messages_have_words_in_both_languages() -> None:
    account = {"account_id": "acc", "remaining": 1200, "quantity": 9000, "run_out_earliest": DAY, "run_out_day": None}
    package = {
        "resource_package_id": "p", "account_id": "acc", "quantity": 9000, "drift": -2000, "unused_expected": 3000,
        "state": "active", "missing_days": 0,
        "expires_at": datetime.combine(DAY, time(), ZoneInfo("Asia/Shanghai")),
    }  # fmt: skip
    usage = pl.DataFrame({"day": [DAY], "account_id": ["acc"], "resource_package_id": [None], "uses": [1]})
    of = {"account_id": "acc", "channel": "one_click", "tolerance": 5, "unexplained": 19}
    found = billing_warnings(
        {
            "resource_packages": pl.DataFrame([package]),
            "resource_package_forecast": pl.DataFrame([account, account | {"account_id": "new", "quantity": 0}]),
            "resource_package_usage": usage,
            "reconciliation_daily": pl.DataFrame([of | {"day": DAY, "app_key": "*", "measure": "total"}]),
            "reconciliation_monthly": pl.DataFrame(
                [of | {"month": date(2026, 2, 1), "measure": "quantity", "cause": "unexplained"}]
            ),
        },
        Settings(),
        DAY,
    )
    assert {one.check_name: (one.detail.en, one.detail.zh) for one in found} == {
        "package_low": (
            "acc: 1,200 of 9,000 left in its resource packages; new: no active resource package",
            "acc：资源包剩余 1,200 次，共 9,000 次；new：没有生效中的资源包",
        ),
        "package_run_out": (
            "acc: its resource packages may run out on 2026-03-10; "
            "new: its resource packages may run out on 2026-03-10",
            "acc：资源包可能在 2026-03-10 用完；new：资源包可能在 2026-03-10 用完",
        ),
        "package_unused": (
            "resource package p: 3,000 of 9,000 expected to lapse",
            "资源包 p：预计作废 3,000 次，共 9,000 次",
        ),
        "package_overflow": (
            "acc: 1 use on 2026-03-10 beyond its resource packages", "acc：2026-03-10 有 1 次超出资源包用量",
        ),
        "package_drift": (
            "resource package p: the newest reading is 2,000 below the computed value",
            "资源包 p：最新读数比计算值少 2,000 次",
        ),
        "reconciliation": (
            "2026-02 acc · One-click login · Billed quantity: the bill is 19 above the log without a known cause; "
            "2026-03-10 acc · all apps · One-click login · Calls: the console is 19 above the log without a "
            "known cause",
            "2026-02 acc · 一键登录 · 计费数量：账单比日志多 19 次，原因不明；"
            "2026-03-10 acc · 全部应用 · 一键登录 · 调用总量：控制台比日志多 19 次，原因不明",
        ),
    }  # fmt: skip


def test_they_are_computed_once_in_a_run_and_status_reads_what_is_published(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed = []
    compute = published.billing_tables

    def noted(*given: Any) -> dict[str, pl.DataFrame]:
        computed.append(given)
        return compute(*given)

    monkeypatch.setattr(published, "billing_tables", noted)
    use(folder, 10)
    folder.write("registry/resource_packages.csv", PACKAGES + f"p,,20,{DAY},\n")
    folder.write(
        "registry/resource_package_readings.csv", f"resource_package_id,read_at,remaining\np,{DAY}T10:00:00,5\n"
    )
    folder.tables()
    shutil.rmtree(folder.store.temp)
    found = {one.check: one.detail.en for one in status_of(folder.root, morning_after(DAY)).warnings}
    assert found["package_drift"] == "resource package p: the newest reading is 5 below the computed value"
    assert len(computed) == 1
    assert not folder.store.temp.exists()
    folder.store.database.unlink()
    assert not any("package" in one.check for one in status_of(folder.root, morning_after(DAY)).warnings)
