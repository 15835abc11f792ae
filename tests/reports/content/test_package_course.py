"""The drawing of the remaining uses equals the ledger in the past, and runs out on the days in the tables."""

import re
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from reports.content.billing.package_course import LeftCourse, left_course
from reports.content.billing.package_words import run_out_mark
from reports.content.billing.resource_packages import PackageAccount, package_accounts
from reports.content.billing.stack_drawing import shades, stack
from reports.content.published import PublishedTables
from tests.data.bought_packages import add_packages, package
from tests.data.made_database import AS_OF, Database, day

DAYS = 400


def uses(back: int) -> int:
    """Return the uses of the day `back` days before the as-of. They are higher on Sundays and for two months."""
    return 100 + 17 * back % 23 + 40 * (100 < back < 160) + 30 * (day(back).weekday() == 6)


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> PackageAccount:
    made = Database(tmp_path_factory.mktemp("course") / "authmeter.duckdb")
    made.publish(first_day=day(DAYS - 1))
    bought = [
        package("ended", "default", 2000, 300, 20), package("first", "default", 3000, 60, -200),
        package("second", "default", 4000, 30, -300), package("next", "default", 900, -4, -370),
    ]  # fmt: skip
    add_packages(made, bought, {"default": {"shop": uses}}, days=DAYS)
    with closing(duckdb.connect(str(made.close()), read_only=True)) as connection:
        (found,) = package_accounts(PublishedTables(connection))
    return found


@pytest.fixture(scope="module")
def course(account: PackageAccount) -> LeftCourse:
    found = left_course(account, {day(back) for back in range(DAYS)}, AS_OF, "Asia/Shanghai")
    assert found
    return found


def test_the_past_is_what_was_left(account: PackageAccount, course: LeftCourse) -> None:
    assert course.first_day == day(89)
    assert [one.resource_package_id for one in course.packages] == ["first", "second"]
    assert [one[-1] for one in course.past] == [one.remaining for one in course.packages]
    assert all(len(one) == 90 for one in course.past)
    # A package has no uses left before its purchase.
    assert course.past[0][:29] == [0] * 29
    assert course.past[0][29] == 3000 - uses(60)


def test_it_runs_out_on_the_days_of_the_tables(account: PackageAccount, course: LeftCourse) -> None:
    row = account.row
    assert row.run_out_earliest
    assert row.run_out_day
    assert row.run_out_latest
    assert row.run_out_earliest < row.run_out_day < row.run_out_latest
    for left, run_out in ((course.low, row.run_out_earliest), (course.mid, row.run_out_day),
                          (course.high, row.run_out_latest)):  # fmt: skip
        # The balance may reach exactly zero at the end of the day before.
        empty = AS_OF + timedelta(days=1 + left.index(0))
        assert empty in (run_out, run_out - timedelta(days=1))
    assert all(low <= mid <= high for low, mid, high in zip(course.low, course.mid, course.high, strict=True))
    # The future package is added on the day of its purchase.
    assert course.mid[3] > course.mid[2]


def test_layers_lie_on_each_other_and_the_fan_begins_where_they_end(course: LeftCourse) -> None:
    drawn = stack(course, "03-31")
    assert shades(course) == {"first": 0, "second": 1}
    paths = dict(re.findall(r'<path class="([\w -]+)" d="([^"]*)"', drawn))
    assert list(paths) == ["tier shade-1", "tier shade-0", "fan", "mid", "now"]
    points = {name: re.findall(r"([\d.]+) ([\d.]+)", path) for name, path in paths.items()}
    # The lower layer's upper edge is the lower edge of the one above it.
    assert points["tier shade-1"][:90] == points["tier shade-0"][90:][::-1]
    assert points["tier shade-0"][89] == points["fan"][0] == points["mid"][0]
    assert all(0 <= float(value) <= 100 for path in points.values() for point in path for value in point)
    assert ">03-31</text>" in drawn


def test_the_day_on_which_it_runs_out_is_marked_where_the_line_ends(
    account: PackageAccount, course: LeftCourse
) -> None:
    row = account.row
    assert row.run_out_day
    mark = run_out_mark(account, len(course.mid), AS_OF)
    assert mark
    drawn = stack(course, "03-31", mark)
    (place,) = re.findall(r'<line class="run-out" x1="([\d.]+)%"', drawn)
    (line,) = re.findall(r'<path class="mid" d="([^"]*)"', drawn)
    empty = min(float(x) for x, y in re.findall(r"([\d.]+) ([\d.]+)", line) if y == "100.00")
    # The balance may reach exactly zero at the end of the day before.
    assert 0 <= float(place) - empty < 100 / (89 + len(course.mid)) + 0.01
    assert f'<tspan lang="en">runs out {row.run_out_day:%m-%d}</tspan>' in drawn
    assert f'<tspan lang="zh-CN">{row.run_out_day:%m-%d} 用完</tspan>' in drawn
    # A day after the end of the drawing has no mark.
    assert run_out_mark(account, mark[0] - 1, AS_OF) is None


def test_its_figures_are_those_of_the_drawing(course: LeftCourse) -> None:
    found = course.figures()
    assert (found["first"], found["past"], found["mid"]) == (day(89), course.past, course.mid)
    assert found["packages"] == [one.resource_package_id for one in course.packages]
    assert found["spans"] == [course.low, course.high]
    assert replace(course, low=[], high=[]).figures()["spans"] == []


def test_without_a_valid_package_nothing_is_drawn(tmp_path: Path) -> None:
    made = Database(tmp_path / "authmeter.duckdb")
    made.publish()
    add_packages(made, [package("next", "default", 900, -4, -370)], {})
    with closing(duckdb.connect(str(made.close()), read_only=True)) as connection:
        (found,) = package_accounts(PublishedTables(connection))
    assert left_course(found, set(), AS_OF, "Asia/Shanghai") is None
