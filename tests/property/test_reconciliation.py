"""Properties over random statements: the explained and the unexplained part sum to the difference, the order of rows
does not matter, and the hours show if a console counts in another zone.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.billing.reconciliation.log_side import LogCounts, LogSide, by_hours
from pipelines.billing.reconciliation.reconciled_days import reconciled_days, whole_console
from pipelines.billing.reconciliation.reconciled_months import reconciled_months
from pipelines.billing.reconciliation.tolerance import Tolerance
from pipelines.contract.registry.statements import Bill, BillKey, ConsoleKey
from tests.data.log_sums import with_sums

FIRST, AS_OF = date(2026, 2, 27), date(2026, 4, 3)
MARCH = date(2026, 3, 1)
DAYS = st.integers(0, (AS_OF - FIRST).days + 1).map(lambda ahead: FIRST + timedelta(days=ahead))
ACCOUNTS = st.sampled_from(("acme", "beta"))
CHANNELS = st.sampled_from(("one_click", "local_verify"))
SMALL = st.integers(0, 30)
LOG_ROWS = st.tuples(
    DAYS, st.integers(0, 23), ACCOUNTS, st.sampled_from(("shop", "game")), CHANNELS,
    st.builds(
        lambda successes, mismatches, unknowns, rest, duplicates, late: LogCounts(
            successes + mismatches + unknowns + rest, successes, mismatches, unknowns, successes + mismatches,
            duplicates, late,
        ), SMALL, SMALL, SMALL, SMALL, SMALL, SMALL,
    ),
)  # fmt: skip
CONSOLE = st.dictionaries(
    st.builds(
        ConsoleKey, DAYS, ACCOUNTS, st.sampled_from(("*", "shop", "none")),
        st.sampled_from(("one_click", "local_verify", "number")),
    ),
    st.dictionaries(st.sampled_from(("total", "success", "failed", "unknown", "billed")), st.integers(0, 120)),
    max_size=30,
)  # fmt: skip
BILLS = st.dictionaries(
    st.builds(BillKey, st.just(MARCH), ACCOUNTS, st.sampled_from(("one_click", "local_verify", "number"))),
    st.builds(Bill, st.integers(0, 400), st.none() | SMALL, st.none()),
)
TOLERANCE = Tolerance()
ZONE = "Asia/Shanghai"


def log_of(rows: list[tuple[date, int, str, str, str, LogCounts]], missing: frozenset[int]) -> LogSide:
    days = {FIRST + timedelta(days=ahead) for ahead in range((AS_OF - FIRST).days + 1)}
    complete = days - {FIRST + timedelta(days=ahead) for ahead in missing}
    there = [row for row in rows if row[0] in complete]
    return LogSide(
        AS_OF, complete, with_sums((day, *rest) for day, _, *rest in there),
        by_hours((day, hour, account, channel, counts) for day, hour, account, _, channel, counts in there),
        {(day, account): counts.uses // 2 for day, _, account, *_, counts in there},
    )  # fmt: skip


@given(st.lists(LOG_ROWS, max_size=60), st.frozensets(st.integers(0, 40), max_size=3), CONSOLE, BILLS)
def test_what_is_explained_and_what_is_not_are_the_difference(
    rows: list[tuple[date, int, str, str, str, LogCounts]], missing: frozenset[int],
    console: dict[ConsoleKey, dict[str, int]], bills: dict[BillKey, Bill],
) -> None:  # fmt: skip
    log = log_of(rows, missing)
    whole = whole_console(console)
    days = reconciled_days(whole, log, TOLERANCE, ZONE)
    given_counts = {(*key, measure) for key, counts in whole.items() for measure in counts if key.day <= AS_OF}
    assert {row[:5] for row in days} == given_counts
    for row in days:
        assert (row.cause == "no_log") == (row.day not in log.complete)
        assert (row.shift_hours is not None) == (row.cause == "shift")
        assert row.app_key == "*" or row.cause not in ("shift", "other_account")
        if row.log is None:
            assert (row.difference, row.explained, row.unexplained, row.late) == (None, None, None, 0)
            continue
        assert row.explained is not None
        assert row.unexplained is not None
        assert row.difference == row.console - row.log == row.explained + row.unexplained
        assert (abs(row.unexplained) <= row.tolerance) == (row.cause != "unexplained")
    months = reconciled_months(bills, whole, log, TOLERANCE, ZONE)
    assert {row[:3] for row in months} >= {tuple(key) for key in bills}
    for month in months:
        assert month.bill_minus_log == month.bill - month.log == month.explained + month.unexplained
        assert (month.console is None) == (month.console_days == 0) == (month.bill_minus_console is None)
        assert month.log_days <= 31
        assert month.amount is None
        is_open = month.cause in ("unexplained", "log_incomplete")
        assert (abs(month.unexplained) <= month.tolerance) == (not is_open)


@given(st.lists(LOG_ROWS, max_size=40), CONSOLE, BILLS, st.randoms())
def test_the_order_of_rows_is_no_matter(
    rows: list[tuple[date, int, str, str, str, LogCounts]], console: dict[ConsoleKey, dict[str, int]],
    bills: dict[BillKey, Bill], random: Random,
) -> None:  # fmt: skip
    def found(
        rows: list[tuple[date, int, str, str, str, LogCounts]], console: dict[ConsoleKey, dict[str, int]],
        bills: dict[BillKey, Bill],
    ) -> object:  # fmt: skip
        log, whole = log_of(rows, frozenset()), whole_console(console)
        return reconciled_days(whole, log, TOLERANCE, ZONE), reconciled_months(bills, whole, log, TOLERANCE, ZONE)

    shuffled = [list(part) for part in (rows, console.items(), bills.items())]
    for part in shuffled:
        random.shuffle(part)
    # The overflow of a day is that of its last row here: without a bill, it is no matter.
    one, other = found(rows, console, {}), found(shuffled[0], dict(shuffled[1]), {})
    assert one == other
    assert found(rows, console, bills) == found(rows, dict(shuffled[1]), dict(shuffled[2]))


@pytest.mark.parametrize("hours", range(-6, 21))
def test_a_console_of_another_zone_is_known_by_its_hours(hours: int) -> None:
    random = Random(hours)
    counts = [random.randrange(1000) for _ in range(24 * 36)]
    rows = [
        (FIRST + timedelta(days=place // 24), place % 24, "acme", "shop", "one_click", LogCounts(requests=count))
        for place, count in enumerate(counts)
    ]
    of_march = [(MARCH - FIRST).days + ahead for ahead in range(31)]
    console = {
        ConsoleKey(FIRST + timedelta(days=day), "acme", "*", "one_click"): {
            "total": sum(counts[24 * day + hours : 24 * day + hours + 24])
        }
        for day in of_march
    }
    found = reconciled_days(console, log_of(rows, frozenset()), TOLERANCE, ZONE)
    # A day that happens to be near is no matter; one at least is not.
    assert {row.shift_hours for row in found} - {None} == ({hours} if hours else set())
    assert {row.unexplained for row in found if row.shift_hours} <= {0}
