"""Norms, factors and packages foreseen, by hand: the forecast of section 10."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from tests.oracle.bills.by_hand import AS_OF, PACKAGES, cells, counted, use
from tests.oracle.bills.forecast import Factors, Series, origins, rounded
from tests.oracle.bills.times import days_from

MONDAY = date(2026, 1, 5)


def days(first: date, count: int) -> list[date]:
    return list(days_from(first, first + timedelta(days=count - 1)))


@pytest.mark.parametrize(
    ("ratio", "to"),
    [
        (Fraction(1, 3), Fraction(333_333_333, 10**9)),
        (Fraction(2, 3), Fraction(666_666_667, 10**9)),
        (Fraction(1, 2 * 10**9), Fraction(1, 10**9)),  # half up
        (Fraction(1, 10**10), 0),
    ],
)
def test_nine_decimals(ratio: Fraction, to: Fraction) -> None:
    assert rounded(ratio) == to


def test_the_norm_of_a_weekday() -> None:
    """Two Mondays of 4 and 7; then one Monday only, so that the mean of all 7 days counts; 6 days are too few."""
    uses = dict.fromkeys(days(MONDAY, 14), 1) | {MONDAY: 4, MONDAY + timedelta(days=7): 7}
    last = MONDAY + timedelta(days=13)
    assert Series(uses, frozenset(days(MONDAY, 14))).base(MONDAY, last) == Fraction(11, 2)
    assert Series(uses, frozenset(days(MONDAY, 7))).base(MONDAY, last) == Fraction(10, 7)
    assert Series(uses, frozenset(days(MONDAY, 6))).base(MONDAY, last) is None
    # The training is 28 days to the origin: 22 days later, the last 6 of the 14 are in it.
    assert Series(uses, frozenset(days(MONDAY, 14))).base(MONDAY, last + timedelta(days=22)) is None
    assert Series(uses, frozenset(days(MONDAY, 14))).base(MONDAY, last + timedelta(days=21)) == Fraction(13, 7)


def test_what_came_over_the_norm() -> None:
    """28 days of 2, then 21 complete ones of 3 and 7 missing: 63 / 42. With 20 there is none, nor over a norm of 0."""
    origin = MONDAY + timedelta(days=27)
    after = days(origin + timedelta(days=1), 28)
    uses = dict.fromkeys(days(MONDAY, 28), 2) | dict.fromkeys(after, 3)
    complete = {*days(MONDAY, 28), *after[7:]}
    assert Series(uses, frozenset(complete)).rho(origin) == Fraction(3, 2)
    assert Series(uses, frozenset(complete - {after[7]})).rho(origin) is None
    assert Series(dict.fromkeys(after, 3), frozenset(complete)).rho(origin) is None


def with_ratios(ratios: list[int]) -> Series:
    """A series whose ρ are these, the newest origin first, and none before."""
    series = Series({}, frozenset())
    series.seen = dict.fromkeys(origins(AS_OF))
    series.seen |= {before: Fraction(ratio) for before, ratio in zip(origins(AS_OF), ratios, strict=False)}
    return series


def test_least_median_and_greatest() -> None:
    assert with_ratios([5, 1, 9, 3, 7, 2, 8]).factors(AS_OF) == Factors(None, Fraction(1), None)
    # 1 2 3 5 | 6 7 8 9: of eight the fourth; of nine the fifth.
    assert with_ratios([5, 1, 9, 3, 7, 2, 8, 6]).factors(AS_OF) == (1, 5, 9)
    assert with_ratios([5, 1, 9, 3, 7, 2, 8, 6, 4]).factors(AS_OF) == (1, 5, 9)
    assert origins(AS_OF)[0] == date(2026, 2, 10)
    assert origins(AS_OF)[25] == date(2026, 2, 10) - timedelta(days=175)


def test_the_back_test_looks_at_origins_with_factors_of_their_own() -> None:
    """250 days of 10 uses: ρ is 1 from the 7th day to 28 before the end. Origins go back by weeks from day 222 of 250;
    one has factors where 8 ρ lie 28 to 77 days before it, so from day 7 + 77 = 84 on: 222, 215, …, 89 are 20.
    """
    span = days(AS_OF - timedelta(days=249), 250)
    series = Series(dict.fromkeys(span, 10), frozenset(span))
    assert series.coverage(AS_OF) == (1, 20)
    # Twice as many for the last 28 days: the newest ρ is 2 and out of its factors, 1 to 1.
    series = Series(dict.fromkeys(span, 10) | dict.fromkeys(span[-28:], 20), frozenset(span))
    assert series.rho(AS_OF - timedelta(days=28)) == 2
    # The next three have 21, 14 and 7 of these days, so they are out, too.
    assert series.coverage(AS_OF) == (Fraction(16, 20), 20)
    # 7 fewer days of history for each check: with 159 days 7 are left, too few to say.
    short = span[91:]
    assert Series(dict.fromkeys(short, 10), frozenset(short)).coverage(AS_OF) == (None, 7)


def test_a_day_is_rounded_half_up() -> None:
    series = Series(dict.fromkeys(days(MONDAY, 8), 3) | {MONDAY: 2}, frozenset(days(MONDAY, 8)))
    last = MONDAY + timedelta(days=7)
    assert [series.forecast(MONDAY, last, factor) for factor in (Fraction(1), Fraction(59, 100), Fraction(3, 5))] == [
        3,  # 2.5
        1,  # 1.475
        2,  # 1.5
    ]


def four_weeks(tmp_path: Path, *packages: str, settings: str = "", each: int = 4) -> dict[str, list[dict[str, object]]]:
    """28 days of so many uses, at noon; packages as rows without account and price."""
    events = [
        use(f"{day} 12:00:00", event_id=str(number))
        for day in days(AS_OF - timedelta(days=27), 28)
        for number in range(each)
    ]
    rows = [f"{row.replace(',', ',,', 1)},\n" for row in packages]
    return counted(tmp_path, events, settings=settings, resource_packages=PACKAGES + "".join(rows))


def test_drawn_to_0_and_run_out(tmp_path: Path) -> None:
    """10 left at the end of the 10th: 4 on the 11th, 4 on the 12th, 2 on the 13th, and 2 more by overflow."""
    table = four_weeks(tmp_path, "p,14,2026-03-10,2026-06-01")
    names = ("remaining", "quantity", "uses_28d", "run_out_day", "run_out_earliest", "buy_by", "buy_quantity")
    assert cells(table["resource_package_forecast"], *names, "factor_low", "factor_mid", "coverage_checks") == [
        (10, 14, 112, date(2026, 3, 13), None, date(2026, 3, 6), 4 * 365, None, 1.0, 0)
    ]
    assert cells(table["resource_packages"], "used_up_day", "unused_expected", "unused_least") == [
        (date(2026, 3, 13), 0, None)
    ]


def test_drawn_to_0_on_a_day_that_it_covers(tmp_path: Path) -> None:
    table = four_weeks(tmp_path, "p,12,2026-03-10,2026-06-01", settings="buy_lead_days = 0\n")
    assert cells(table["resource_packages"], "used_up_day") == [(date(2026, 3, 12),)]
    assert cells(table["resource_package_forecast"], "run_out_day", "buy_by") == [(date(2026, 3, 13),) * 2]


def test_what_lapses(tmp_path: Path) -> None:
    """a is drawn on the 11th and 12th and lapses at 24:00; b, valid till noon of the 13th, is drawn on that day; c,
    bought at noon of the 14th, covers that whole day, and lapses beyond the 400 days; d lapses as the 10th ends.
    """
    table = four_weeks(
        tmp_path,
        "a,100,2026-03-10,2026-03-13",
        "b,100,2026-03-10,2026-03-13 12:00:00",
        "c,9999,2026-03-14 12:00:00,2028-01-01",
        "d,50,2026-03-10 23:00:00,2026-03-11",
    )
    assert cells(table["resource_packages"], "resource_package_id", "state", "unused_expected", "used_up_day") == [
        ("a", "active", 88, None),  # 100 less 4 on the 10th, 11th and 12th
        ("b", "active", 96, None),
        ("c", "future", None, None),
        ("d", "active", 50, None),
    ]
    assert cells(table["resource_package_forecast"], "run_out_day", "remaining") == [(None, 96 + 100 + 50)]


def test_a_day_of_400_is_the_last(tmp_path: Path) -> None:
    """It is 14 April 2027, and ends as the 15th begins: 9999 less 4 on the 10th and on each of them."""
    last = "e,9999,2026-03-10,2027-04-15"
    assert four_weeks(tmp_path, last)["resource_packages"][0]["unused_expected"] == 9999 - 4 * 401
    assert four_weeks(tmp_path, last + " 00:00:01")["resource_packages"][0]["unused_expected"] is None


def test_low_mid_and_high(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """2, 4 and 8 a day. 40 are left of 44: for 20, 10 and 5 days, or, where they lapse after 5 days, 30, 20 and 0."""
    factors = Factors(Fraction(1, 2), Fraction(1), Fraction(2))
    monkeypatch.setattr(Series, "factors", lambda series, origin: factors)
    table = four_weeks(tmp_path, "p,44,2026-03-10,2026-06-01")
    names = ("run_out_earliest", "run_out_day", "run_out_latest", "buy_by", "buy_quantity", "uses_28d")
    assert cells(table["resource_package_forecast"], *names) == [
        (date(2026, 3, 16), date(2026, 3, 21), date(2026, 3, 31), date(2026, 3, 9), 2 * 365, 112)
    ]
    assert cells(table["resource_packages"], "used_up_day") == [(date(2026, 3, 20),)]
    table = four_weeks(tmp_path, "p,44,2026-03-10,2026-03-16")
    assert cells(table["resource_packages"], "unused_most", "unused_expected", "unused_least") == [(30, 20, 0)]


def test_without_a_norm_nothing_is_foreseen(tmp_path: Path) -> None:
    package = PACKAGES + "p,,9,2026-03-10,,\n"
    table = counted(tmp_path, [use("2026-03-10 12:00:00")], resource_packages=package)
    names = ("remaining", "uses_28d", "run_out_day", "buy_by", "buy_quantity", "factor_mid", "coverage")
    assert cells(table["resource_package_forecast"], *names) == [(8, None, None, None, None, 1.0, None)]
    assert cells(table["resource_packages"], "used_up_day", "unused_expected") == [(None, None)]
