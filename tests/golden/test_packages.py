"""Golden cases of resource packages: purchases, readings and uses, and the expected rows.

The comment at `CASES` describes the files of a case.
"""

from __future__ import annotations

import csv
import tomllib
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from pipelines.billing.packages.account import Account
from pipelines.billing.packages.ledger_events import events_by_day
from pipelines.billing.packages.outlook import future_days
from pipelines.billing.packages.package_tables import package_tables
from pipelines.billing.packages.states import AsOf
from pipelines.common.days import BUSINESS_ZONE, business_day, day_start, days_between
from pipelines.contract.registry.event_times import instant_of
from pipelines.contract.registry.packages import load_packages
from pipelines.contract.registry.row_files import Problem

HERE = Path(__file__).parent / "packages"
# To add a case, add a folder `packages/<case>`. It contains:
# - `case.toml`: its purpose as `shows`, and its `as_of`. It may have the `missing` days, the day on which the log
#   `began` (by default the first day with uses), and `where`, which maps a table to an SQL condition for the compared
#   rows.
# - `resource_packages.csv` and `resource_package_readings.csv`, as in a registry.
# - `uses.csv`: a number of uses `at` an instant, or at the start of each day of `FIRST..LAST`.
# - `expect_<table>.csv`: all rows of a table in order, with the columns in the header. An empty cell is NULL.
CASES = sorted(file.parent for file in HERE.glob("*/case.toml"))
Use = tuple[datetime, str, str, int]


def read_uses(file: Path) -> list[Use]:
    """Return instant, account, app and number of uses for each row; a span of days gives one entry for each day."""
    uses: list[Use] = []
    with file.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines, strict=True):
            first, _, last = row["at"].partition("..")
            days = days_between(date.fromisoformat(first), date.fromisoformat(last)) if last else (first,)
            for at in days:
                instant = instant_of(str(at), BUSINESS_ZONE)
                assert instant is not None, at
                uses.append((instant, row["account_id"], row["app_key"], int(row["uses"])))
    return uses


def account_of(account_id: str, uses: list[Use], folder: Path, as_of: date) -> Account:
    """Return the account with its packages, readings and uses.

    The uses of a day with events of a package are also divided at these events, as the roll-up divides them.
    """
    problems: list[Problem] = []
    bought = load_packages(folder, BUSINESS_ZONE, problems)
    assert problems == []
    packages = tuple(one for one in bought.packages if one.account_id == account_id)
    ids = {one.resource_package_id for one in packages}
    readings = tuple(one for one in bought.readings if one.resource_package_id in ids)
    account = Account(account_id, packages, readings)
    by_day: dict[date, Counter[str]] = defaultdict(Counter)
    for at, _, app_key, count in uses:
        by_day[business_day(at, BUSINESS_ZONE)][app_key] += count
    segments: dict[date, dict[datetime, Counter[str]]] = {}
    end = day_start(as_of + timedelta(days=1), BUSINESS_ZONE)
    for day, happenings in events_by_day(account, end, BUSINESS_ZONE).items():
        cuts = {day_start(day, BUSINESS_ZONE), *(one.at for one in happenings)}
        segments[day] = {cut: Counter() for cut in cuts}
        for at, _, app_key, count in uses:
            if business_day(at, BUSINESS_ZONE) == day:
                segments[day][max(cut for cut in cuts if cut <= at)][app_key] += count
    return Account(account_id, packages, readings, by_day, segments)


def expected(file: Path) -> tuple[list[str], list[list[str]]]:
    """Return the columns of an expected table, and its rows."""
    with file.open(newline="", encoding="utf-8") as lines:
        head, *rows = csv.reader(lines, strict=True)
    return head, rows


def as_text(value: Any) -> str:
    """Return a value in the form of an expected table, with times in the business zone."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(BUSINESS_ZONE)).isoformat()[:19]
    return f"{value:.9g}" if isinstance(value, float) else str(value)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_golden_case(case: Path) -> None:
    given = tomllib.loads((case / "case.toml").read_text("utf-8"))
    assert given.keys() <= {"shows", "as_of", "missing", "began", "where"}
    as_of: date = given["as_of"]
    uses = read_uses(case / "uses.csv")
    began = given.get("began") or min((business_day(at, BUSINESS_ZONE) for at, *_ in uses), default=as_of)
    complete = set(days_between(began, as_of)) - set(given.get("missing", ()))
    at = AsOf(
        as_of, day_start(as_of + timedelta(days=1), BUSINESS_ZONE), complete, future_days(as_of, BUSINESS_ZONE),
        BUSINESS_ZONE, 7,
    )  # fmt: skip
    accounts = sorted({one.account_id for one in load_packages(case, BUSINESS_ZONE, []).packages})
    tables = package_tables(
        [account_of(name, [use for use in uses if use[1] == name], case, as_of) for name in accounts], at
    )
    files = sorted(case.glob("expect_*.csv"))
    assert files
    for file in files:
        table = file.stem.removeprefix("expect_")
        frame = tables[table]
        if where := given.get("where", {}).get(table):
            frame = frame.filter(pl.sql_expr(where))
        head, rows = expected(file)
        assert [[as_text(value) for value in row] for row in frame.select(head).iter_rows()] == rows, table
