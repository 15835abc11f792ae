"""Tests the sentence about the difference between bills and log, and the days of an account by cause."""

from datetime import date, timedelta

import pytest

from pipelines.billing.reconciliation.reconciled_days import DayReconciled
from pipelines.billing.reconciliation.reconciled_months import MonthReconciled
from reports.content.billing.reconciled import Reconciled
from reports.content.billing.reconciled_words import agreement_sentence, agreement_severity

AS_OF = date(2026, 11, 23)
OCTOBER = date(2026, 10, 1)


def bill(
    said: int, log: int, cause: str = "within", explained: int = 0, *, account: str = "default",
    channel: str = "number", month: date = OCTOBER, measure: str = "quantity", log_days: int = 31,
    amount: float | None = None,
) -> MonthReconciled:  # fmt: skip
    apart = said - log
    rest = apart - explained
    return MonthReconciled(
        month, account, channel, measure, log, None, said, apart, None, log_days, 0, 5, cause, explained, rest, amount
    )


def console(
    back: int, said: int, log: int | None, cause: str = "within", explained: int = 0, *, measure: str = "billed",
    hours: int | None = None, app: str = "*", account: str = "default", channel: str = "number",
) -> DayReconciled:  # fmt: skip
    apart = None if log is None else said - log
    day = AS_OF - timedelta(days=back)
    return DayReconciled(
        day, account, app, channel, measure, said, log, apart, 5, cause, explained,
        None if apart is None else apart - explained, hours, 0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("found", "zh", "en", "how_bad"),
    [
        (Reconciled([bill(100_000, 99_700, "shift", 276)], [], {(OCTOBER, "default", "number"): -1}),
         "10 月账单与日志相差 0.3%，其中 92% 可由 1 小时时差解释，未解释 24 次。",
         "The bill of 2026-10 and the log differ by 0.3%, a shift of 1 h explains 92% of it, not explained: "
         "24.", "warn"),
        # Differences of two accounts do not cancel out; the largest cause is named.
        (Reconciled([bill(1000, 900, "other_account", 100), bill(900, 1000, "mismatch", -90, account="two")], [], {}),
         "10 月账单与日志相差 10.5%，其中 50% 可由“记在其他账号”解释，未解释 10 次。",
         "The bill of 2026-10 and the log differ by 10.5%, 50% of it explained by: Under another account, not "
         "explained: 10.", "warn"),
        (Reconciled([bill(1000, 998)], [], {}), "10 月账单与日志相差 0.2%，在允差之内。",
         "The bill of 2026-10 and the log differ by 0.2%, which is tolerated.", "good"),
        (Reconciled([bill(1000, 900, "unexplained", amount=40.0)], [], {}),
         "10 月账单与日志相差 10.0%，未解释 100 次（约 ¥4.00）。",
         "The bill of 2026-10 and the log differ by 10.0%, not explained: 100 (about ¥4.00).", "bad"),
        # Half of a cent is rounded as on all pages.
        (Reconciled([bill(400, 300, "unexplained", amount=0.5)], [], {}),
         "10 月账单与日志相差 25.0%，未解释 100 次（约 ¥0.13）。",
         "The bill of 2026-10 and the log differ by 25.0%, not explained: 100 (about ¥0.13).", "bad"),
        # A price of some of the records is none of them all.
        (Reconciled([bill(1000, 900, "unexplained", amount=40.0), bill(5000, 1000, "unexplained", account="two"),
                     bill(100, 100, account="three")], [], {}),
         "10 月账单与日志相差 67.2%，未解释 4,100 次。",
         "The bill of 2026-10 and the log differ by 67.2%, not explained: 4,100.", "bad"),
        # A bill that agrees needs no price.
        (Reconciled([bill(1000, 900, "unexplained", amount=40.0), bill(1000, 1000, account="two")], [], {}),
         "10 月账单与日志相差 5.0%，未解释 100 次（约 ¥4.00）。",
         "The bill of 2026-10 and the log differ by 5.0%, not explained: 100 (about ¥4.00).", "bad"),
        (Reconciled([bill(1000, 900, "log_incomplete", log_days=28)], [], {}),
         "10 月账单与日志相差 10.0%，日志缺 3 天，未解释 100 次。",
         "The bill of 2026-10 and the log differ by 10.0%, the log lacks days: 3, not explained: 100.", "bad"),
        # The sum of both channels is not counted again; overflow and older months are excluded.
        (Reconciled(
            [bill(1000, 1000), bill(400, 300, "unexplained", channel="one_click"),
             bill(9, 0, "unexplained", measure="overflow"), bill(7, 0, "unexplained", month=date(2025, 12, 1))],
            [], {}),
         "10 月账单与日志相差 0.0%，在允差之内。",
         "The bill of 2026-10 and the log differ by 0.0%, which is tolerated.",
         "good"),
        (Reconciled([bill(0, 0, month=date(2025, 12, 1))], [], {}), "2025 年 12 月账单与日志相差 —，在允差之内。",
         "The bill of 2025-12 and the log differ by —, which is tolerated.", "good"),
        # Without a bill, the consoles.
        (Reconciled([], [console(1, 110, 100, "shift", 8, hours=8), console(2, 90, 100, "shift", -10, hours=8),
                         console(3, 50, None, "no_log"), console(1, 999, 100, "unexplained", app="shop")], {}),
         "近 30 天控制台与日志相差 10.0%，日志缺 1 天，其中 90% 可由 8 小时时差解释，未解释 2 次。",
         "Over the last 30 days console and log differ by 10.0%, the log lacks days: 1, a shift of 8 h "
         "explains 90% of it, not explained: 2.", "warn"),
        # A day's count of both channels contains the counts of each, as a bill does.
        (Reconciled([], [console(1, 1000, 900, "mismatch", 100), console(1, 600, 550, "mismatch", 50,
                         channel="local_verify"), console(1, 400, 400, channel="one_click"),
                         console(2, 300, 300, channel="one_click")], {}),
         "近 30 天控制台与日志相差 7.7%，其中 100% 可由“号码不一致”解释。",
         "Over the last 30 days console and log differ by 7.7%, 100% of it explained by: Mismatched numbers.", "warn"),
        # A console without billed counts is compared by its calls.
        (Reconciled([], [console(1, 100, 100), console(1, 900, 100, measure="total"),
                         console(1, 100, 50, "unexplained", measure="total", account="two")], {}),
         "近 30 天控制台与日志相差 25.0%，未解释 50 次。",
         "Over the last 30 days console and log differ by 25.0%, not explained: 50.", "bad"),
    ],
)  # fmt: skip
def test_how_far_they_are_apart_is_said_in_one_sentence(found: Reconciled, zh: str, en: str, how_bad: str) -> None:
    agreement = found.agreement()
    assert agreement
    said = agreement_sentence(agreement, AS_OF)
    assert (said.zh, said.en) == (zh, en)
    assert agreement_severity(agreement) == how_bad


def test_without_bills_and_consoles_nothing_is_said() -> None:
    assert Reconciled([], [], {}).agreement() is None


def test_a_day_has_the_cause_that_needs_a_look_first() -> None:
    found = Reconciled(
        [],
        [console(0, 9, 1, "shift", hours=8), console(0, 9, 1, "unexplained", measure="total"), console(1, 1, 1),
         console(1, 9, 1, "unexplained", app="shop")],
        {},
    )  # fmt: skip
    (days,) = found.by_account([AS_OF - timedelta(days=back) for back in (2, 1, 0)])
    assert days.causes == [None, "within", "unexplained"]
    assert days.days == [("unexplained", 1), ("within", 1)]


def test_what_has_no_cause_stands_apart_and_the_worst_is_first() -> None:
    found = Reconciled(
        [],
        [console(0, 9, 1, "shift", 8, hours=8), console(0, 20, 1, "unexplained", measure="total"), console(1, 1, 1),
         console(1, 70, 10, "unexplained", 50, app="shop"), console(2, 50, 10, "shift", 40, hours=8),
         console(3, 7, None, "no_log"), console(4, 1, 20, "unexplained")],
        {},
    )  # fmt: skip
    # The rests are 19, 10 and 19; of two alike the newer day is first.
    assert [(AS_OF - one.day).days for one in found.without_cause] == [0, 4, 1]
    assert [(one.cause, (AS_OF - one.day).days) for one in found.with_cause] == [
        ("no_log", 3), ("shift", 2), ("shift", 0),
    ]  # fmt: skip


def test_earlier_months_stand_apart_from_the_newest() -> None:
    found = Reconciled([bill(9, 1), bill(8, 1), bill(7, 1, month=date(2026, 9, 1))], [], {})
    assert [one.bill for one in found.newest_bills] == [9, 8]
    assert [one.bill for one in found.earlier_bills] == [7]
    assert Reconciled([], [], {}).newest_bills == Reconciled([], [], {}).earlier_bills == []
