"""The figures that a sample plants in packages, consoles and bills add up, fit any last day, and exist only in samples
that are long enough to show them.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipelines.sample.apps import sample_apps
from pipelines.sample.bills import SampleBills, remove_bills
from pipelines.sample.packages import ACCOUNTS
from pipelines.sample.used import Used
from pipelines.sample.write import SampleSpec

APPS = {"one": ACCOUNTS[0], "two": ACCOUNTS[1], "three": ACCOUNTS[2]}


def used(last_day: date, days: int = 60) -> Used:
    """Return the uses of three apps, different for each day and hour."""
    found = Used(APPS, last_day - timedelta(days=days - 1), days, days - 21)
    for day in range(days):
        rows = []
        for number, app_key in enumerate(APPS):
            for hour in range(24):
                calls = 20 + (7 * day + 5 * hour) % (11 + number)
                rows.append((app_key, "one_click", hour, calls, calls - 1, 0, 0, calls - 1))
                rows.append((app_key, "local_verify", hour, calls, calls - 4, 3, 1, calls - 1))
        found.add(day, rows)
    return found


@pytest.mark.parametrize("days", [56, 60, 320])
def test_what_was_bought_is_used_off_lapsed_or_left_and_what_was_used_is_drawn_or_overflow(days: int) -> None:
    of = used(date(2026, 11, 25), days)
    truth = SampleBills(of, sample_apps(4)).truth()
    for one in truth["packages"]:
        assert one["quantity"] - one["used"] + one["adjusted"] - one["expired"] == one["remaining"] >= 0
    for one in truth["package_accounts"]:
        drawn = sum(package["used"] for package in truth["packages"] if package["account_id"] == one["account_id"])
        logged = sum(of.uses(one["account_id"], day, day) for day in range(days) if of.is_logged(day))
        assert drawn + one["overflow"] == logged


def rows(folder: Path, name: str) -> list[list[str]]:
    return [line.split(",") for line in (folder / name).read_text("utf-8").splitlines()[1:]]


@pytest.mark.parametrize("last_day", [date(2026, 11, 25) + timedelta(days=ahead) for ahead in (0, 5, 6, 14, 30, 65)])
def test_on_any_last_day_the_bill_is_too_high_by_calls_without_a_result_or_the_log_lacks_a_day(
    last_day: date, tmp_path: Path
) -> None:
    of = used(last_day)
    bills = SampleBills(of, sample_apps(4))
    bills.write(tmp_path)
    truth = bills.truth()
    month = ((last_day + timedelta(days=1)).replace(day=1) - timedelta(days=1)).replace(day=1)
    assert {one["month"] for one in truth["bills"]} == {str(month)}
    gap = of.date(39)
    lacks_a_day = (gap.year, gap.month) == (month.year, month.month)
    (planted,) = [one for one in truth["bills"] if one["account_id"] == ACCOUNTS[0] and one["channel"] != "one_click"]
    length = ((month + timedelta(days=31)).replace(day=1) - month).days
    calls_without_a_result = 24 * length
    assert planted["cause"] == ("log_incomplete" if lacks_a_day else "unknown")
    if not lacks_a_day:
        assert planted["bill_minus_log"] == planted["explained"] == calls_without_a_result
        assert [one["bill_minus_log"] for one in truth["bills"] if one is not planted] == [0, 0, 0]
    (file,) = (tmp_path / "bills").iterdir()
    assert [int(row[3]) for row in rows(tmp_path, f"bills/{file.name}")] == [one["bill"] for one in truth["bills"]]
    # In UTC the last day is not over, and the file contains no month with fewer than ten days.
    days = [date.fromisoformat(row[0]) for row in rows(tmp_path, f"console/{ACCOUNTS[2]}.csv")]
    assert days[-1] in (last_day - timedelta(days=1), month + timedelta(days=length - 1))
    assert min(sum(one.month == day.month for one in days) for day in days) >= 10
    whole = [date.fromisoformat(row[0]) for row in rows(tmp_path, f"console/{ACCOUNTS[1]}.csv")]
    assert whole == [of.date(day) for day in range(60)]


def test_a_console_in_utc_counts_from_eight_to_eight(tmp_path: Path) -> None:
    of = used(date(2026, 11, 25))
    SampleBills(of, sample_apps(4)).write(tmp_path)
    for row in rows(tmp_path, f"console/{ACCOUNTS[2]}.csv"):
        day = (date.fromisoformat(row[0]) - of.first_day).days
        hours = [*of.hours(ACCOUNTS[2], day)[8:], *of.hours(ACCOUNTS[2], day + 1)[:8]]
        assert int(row[-1]) == sum(hours)


def test_only_samples_that_plant_what_can_be_seen_have_bills() -> None:
    spec = SampleSpec(days=60, apps=8, events=20_000, seed=1, last_day=date(2026, 11, 25))
    assert spec.has_bills
    few = (replace(spec, days=55), replace(spec, apps=3), replace(spec, events=4_999), replace(spec, quiet=True))
    assert not any(one.has_bills for one in few)


def test_of_an_earlier_sample_its_files_go_also_edited_ones_and_others_stay(tmp_path: Path) -> None:
    registry = tmp_path / "registry"
    SampleBills(used(date(2026, 11, 25)), sample_apps(4)).write(registry)
    (registry / "console" / "mine.csv").write_text("day,account_id,channel\n", "utf-8")
    (registry / "limits.csv").write_text("limit_id,key,max_requests,window\nmine,phone,3,day\n", "utf-8")
    (tmp_path / "mine.csv").write_text("", "utf-8")
    truth = tmp_path / "sample_truth.json"
    names = SampleBills(used(date(2026, 11, 25)), sample_apps(4)).truth()["registry"]
    truth.write_text(json.dumps({"registry": [*names, "../mine.csv"]}), "utf-8")
    remove_bills(registry, truth)
    assert [path.relative_to(tmp_path).as_posix() for path in sorted(tmp_path.rglob("*.csv"))] == [
        "mine.csv", "registry/console/mine.csv",
    ]  # fmt: skip
    for text in ("", "[]", '{"registry": 3}', '{"incidents": []}'):
        truth.write_text(text, "utf-8")
        remove_bills(registry, truth)
    remove_bills(registry, tmp_path / "none.json")
