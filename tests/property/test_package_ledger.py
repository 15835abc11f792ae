"""Tests the ledger over random accounts: it adds up, the order of rows does not matter, a further cut only changes how
apps share a draw, and one more package lowers no other balance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from pipelines.billing.packages.account import Account
from pipelines.billing.packages.ledger import AccountLedger, PackageDay, account_ledger, shares
from pipelines.billing.packages.ledger_events import events_by_day
from pipelines.billing.packages.package_tables import package_tables
from pipelines.billing.packages.states import AsOf
from pipelines.common.days import business_day, day_start, days_between
from pipelines.contract.registry.packages import Package, PackageReading

ZONE = "Asia/Shanghai"
FIRST, AS_OF = date(2026, 3, 1), date(2026, 3, 8)
START, END = day_start(FIRST, ZONE), day_start(AS_OF + timedelta(days=1), ZONE)
# Six hours are enough for equal instants, for either order, and for midnight.
INSTANTS = st.integers(0, 4 * 10).map(lambda quarter: START + timedelta(hours=6 * quarter))
APPS = ("a", "b", "c")
Event = tuple[datetime, str]


@st.composite
def packages(draw: st.DrawFn, name: str) -> Package:
    purchased_at = draw(INSTANTS)
    return Package(
        name, "acme", draw(st.integers(1, 30)), purchased_at,
        purchased_at + timedelta(hours=6 * draw(st.integers(1, 30))),
    )  # fmt: skip


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Package], list[PackageReading], list[Event]]:
    """Generate packages, readings of them, and instant and app of each use."""
    bought = [draw(packages(f"p{number}")) for number in range(draw(st.integers(1, 4)))]
    readings = []
    for one in draw(st.lists(st.sampled_from(bought), max_size=3, unique=True)):
        hours = draw(st.integers(0, int((one.expires_at - one.purchased_at).total_seconds() // 3600) - 1))
        readings.append(
            PackageReading(
                one.resource_package_id, one.purchased_at + timedelta(hours=hours), draw(st.integers(0, one.quantity))
            )
        )
    hours = st.integers(0, int((END - START).total_seconds() // 3600) - 1)
    uses = draw(st.lists(st.tuples(hours, st.sampled_from(APPS), st.integers(1, 9)), max_size=12))
    return bought, readings, [(START + timedelta(hours=hour), app) for hour, app, count in uses for _ in range(count)]


def account(
    bought: list[Package],
    readings: list[PackageReading],
    events: list[Event],
    cuts: Mapping[date, set[datetime]] | None = None,
) -> Account:
    """Return an account whose days are cut at the events of its packages, and at `cuts`."""
    uses: dict[date, Counter[str]] = {}
    for at, app in events:
        uses.setdefault(business_day(at, ZONE), Counter())[app] += 1
    plain = Account("acme", tuple(bought), tuple(readings), uses)
    segments: dict[date, dict[datetime, Counter[str]]] = {}
    for day, happenings in events_by_day(plain, END, ZONE).items():
        starts = {day_start(day, ZONE), *(one.at for one in happenings), *(cuts or {}).get(day, ())}
        segments[day] = {start: Counter() for start in starts}
        for at, app in events:
            if business_day(at, ZONE) == day:
                segments[day][max(start for start in starts if start <= at)][app] += 1
    return replace(plain, segments=segments)


def rows(ledger: AccountLedger) -> list[PackageDay]:
    return sorted(ledger.days)


@given(worlds())
def test_the_ledger_sums(world: tuple[list[Package], list[PackageReading], list[Event]]) -> None:
    made = account(*world)
    found = account_ledger(made, AS_OF, ZONE)
    left: Counter[str] = Counter()
    drawn = Counter({(one.day, one.resource_package_id): 0 for one in found.days})
    of_day: Counter[date] = Counter()
    for use in found.usage:
        assert use.uses > 0
        of_day[use.day] += use.uses
        if use.resource_package_id:
            drawn[use.day, use.resource_package_id] += use.uses
    for one in rows(found):
        assert one.opening == left[one.resource_package_id]
        assert one.remaining == one.opening + one.granted - one.used + one.adjusted - one.expired >= 0
        assert one.used == drawn[one.day, one.resource_package_id]
        left[one.resource_package_id] = one.remaining
    assert of_day == Counter({day: by_app.total() for day, by_app in made.uses.items()})


@given(worlds(), st.randoms())
def test_the_order_of_rows_is_no_matter(
    world: tuple[list[Package], list[PackageReading], list[Event]], random: Random
) -> None:
    shuffled = [list(part) for part in world]
    for part in shuffled:
        random.shuffle(part)
    at = AsOf(AS_OF, END, set(days_between(FIRST, AS_OF)), [], ZONE, 7)
    one, other = (package_tables([account(*parts)], at) for parts in (world, shuffled))
    assert all(one[name].equals(other[name], null_equal=True) for name in one)


@given(worlds(), INSTANTS.filter(lambda at: at < END))
def test_a_cut_where_nothing_happens_changes_how_apps_share_a_draw_alone(
    world: tuple[list[Package], list[PackageReading], list[Event]], at: datetime
) -> None:
    """A further cut, as at a reading that agrees with the ledger, changes no balance and no sum of uses."""
    day = business_day(at, ZONE)
    one = account_ledger(account(*world), AS_OF, ZONE)
    other = account_ledger(account(*world, {day: {at}}), AS_OF, ZONE)
    assert rows(one) == rows(other)
    for key in (lambda use: (use.day, use.app_key), lambda use: (use.day, use.resource_package_id or "")):
        sums = [Counter[object](), Counter[object]()]
        for sum_of, ledger in zip(sums, (one, other), strict=True):
            for use in ledger.usage:
                sum_of[key(use)] += use.uses
        assert sums[0] == sums[1]


@given(worlds(), packages("new"))
def test_one_package_more_lowers_no_others_rest(
    world: tuple[list[Package], list[PackageReading], list[Event]], new: Package
) -> None:
    bought, readings, events = world
    cuts = {business_day(at, ZONE): {at} for at in (new.purchased_at, new.expires_at)}
    before = {one[:2]: one.remaining for one in account_ledger(account(*world, cuts), AS_OF, ZONE).days}
    after = account_ledger(account([*bought, new], readings, events), AS_OF, ZONE).days
    assert all(one.remaining >= before[one[:2]] for one in after if one.resource_package_id != "new")


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 10**6), min_size=1), st.data())
def test_shares_are_whole_and_within_one_of_what_is_due(uncovered: dict[str, int], data: st.DataObject) -> None:
    total = sum(uncovered.values())
    draw = data.draw(st.integers(1, total))
    got = shares(draw, uncovered)
    assert sum(got.values()) == draw
    for app, uses in uncovered.items():
        assert 0 <= got.get(app, 0) <= uses
        assert abs(got.get(app, 0) * total - draw * uses) < total
