"""Golden cases of reconciliation: a log, statements of a console and bills, and the expected rows.

The comment at `CASES` describes the files of a case.
"""

from __future__ import annotations

import csv
import tomllib
from datetime import date
from pathlib import Path

import pytest

from pipelines.billing.reconciliation.log_side import LogCounts, LogSide, by_hours
from pipelines.billing.reconciliation.reconciled_days import reconciled_days, whole_console
from pipelines.billing.reconciliation.reconciled_months import reconciled_months
from pipelines.billing.reconciliation.tolerance import Tolerance
from pipelines.common.days import BUSINESS_ZONE, days_between
from pipelines.contract.registry.row_files import Problem
from pipelines.contract.registry.statements import load_statements
from tests.data.log_sums import with_sums

HERE = Path(__file__).parent / "reconciliation"
# To add a case, add a folder `reconciliation/<case>`. It contains:
# - `case.toml`: its purpose as `shows`, and its `as_of`. It may have the `missing` days, and the day on which the log
#   `began` (by default its first day).
# - `log.csv`: counts `at` an hour (`2026-03-10T08`), on a day (then at noon), or on each day of `FIRST..LAST`.
# - `overflow.csv`, if needed: the uses of a day that no package covered.
# - `console/` and `bills/`, as in a registry.
# - `expect_daily.csv` and `expect_monthly.csv`: all rows in order, with the columns in the header. An empty cell is
#   NULL. A case with a single `measure` may leave this column out.
CASES = sorted(file.parent for file in HERE.glob("*/case.toml"))
Row = tuple[date, int, str, str, str, LogCounts]


def read(file: Path) -> list[dict[str, str]]:
    """Return the rows of a file, or none if it does not exist."""
    if not file.exists():
        return []
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines, strict=True))


def read_log(file: Path) -> list[Row]:
    """Return day, hour, account, app, channel and counts for each row; a span of days gives one entry for each day."""
    rows: list[Row] = []
    for row in read(file):
        counts = LogCounts(**{name: int(row.get(name) or 0) for name in LogCounts._fields})
        first, _, last = row["at"].partition("..")
        day, _, hour = first.partition("T")
        start = date.fromisoformat(day)
        for each in days_between(start, date.fromisoformat(last) if last else start):
            rows.append((each, int(hour or 12), row["account_id"], row["app_key"], row["channel"], counts))
    return rows


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_golden_case(case: Path) -> None:
    asked = tomllib.loads((case / "case.toml").read_text("utf-8"))
    assert asked.keys() <= {"shows", "as_of", "missing", "began"}
    as_of: date = asked["as_of"]
    rows = read_log(case / "log.csv")
    began = asked.get("began") or min(row[0] for row in rows)
    log = LogSide(
        as_of,
        set(days_between(began, as_of)) - set(asked.get("missing", ())),
        with_sums((day, account, app, channel, counts) for day, _, account, app, channel, counts in rows),
        by_hours((day, hour, account, channel, counts) for day, hour, account, _, channel, counts in rows),
        {(date.fromisoformat(row["day"]), row["account_id"]): int(row["uses"]) for row in read(case / "overflow.csv")},
    )
    problems: list[Problem] = []
    statements = load_statements(case, problems)
    assert problems == []
    console = whole_console(statements.console)
    found = {
        "daily": reconciled_days(console, log, Tolerance(), BUSINESS_ZONE),
        "monthly": reconciled_months(statements.bills, console, log, Tolerance(), BUSINESS_ZONE),
    }
    files = sorted(case.glob("expect_*.csv"))
    assert files
    for file in files:
        expected = read(file)
        head = expected[0].keys()
        values = [one._asdict() for one in found[file.stem.removeprefix("expect_")]]
        assert [{name: "" if row[name] is None else str(row[name]) for name in head} for row in values] == expected, (
            file.stem
        )
