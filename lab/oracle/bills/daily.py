"""Computes `reconciliation_daily`, by section 12 of the contract: the daily counts of a console against the log."""

# Where the contract is silent, this count decides:
# - The last row of a key replaces the earlier rows completely; its empty counts stay empty.
# - Without a row for all apps, a measure is the sum over the apps that give it; if no app gives it, it is not compared.
# - `other_account` compares the same day, channel and measure of all accounts, with the tolerance of its own row.
# - `late` of a missing day is 0.

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import NamedTuple

from lab.oracle.bills.measures import ALL_APPS, MEASURES, Log, by_count, is_covered, shift_of, tolerance
from lab.oracle.bills.times import month_days
from lab.oracle.bills.world import World
from lab.oracle.counts import Row

# Counts of a console by measure, day, account, app and channel.
Console = dict[tuple[date, str, str, str], dict[str, int]]


class DailyRow(NamedTuple):
    """A row of `reconciliation_daily`; `log` and all differences from it are None on a day without data."""

    day: date
    account_id: str
    app_key: str
    channel: str
    measure: str
    console: int
    log: int | None
    difference: int | None
    tolerance: int
    cause: str | None
    explained: int | None
    unexplained: int | None
    shift_hours: int | None
    late: int


def console_counts(world: World) -> Console:
    """Return the counts of all consoles, from the last row of each key.

    If a day, account and channel only has rows of apps, their sum is added as its row for all apps.
    """
    given: Console = {}
    for row in world.console:
        key = (row.day, row.account_id, row.app_key, row.channel)
        counts = (row.total, row.success, row.failed, row.unknown, row.billed)
        given[key] = {name: count for name, count in zip(MEASURES, counts, strict=True) if count is not None}
    summed: Console = {}
    for (day, account, _, channel), of_app in given.items():
        if (day, account, ALL_APPS, channel) not in given:
            of_all = summed.setdefault((day, account, ALL_APPS, channel), {})
            for name, count in of_app.items():
                of_all[name] = of_all.get(name, 0) + count
    return given | summed


def series_of(console: Console, account: str, channel: str, measure: str, month: date) -> dict[date, int]:
    """Return a console's counts of a measure for all apps together, by day of the month that begins with `month`.

    Days without a count are left out.
    """
    said = {day: console.get((day, account, ALL_APPS, channel), {}) for day in month_days(month)}
    return {day: counts[measure] for day, counts in said.items() if measure in counts}


def reconciliation_daily(world: World) -> list[Row]:
    """Return the rows of `reconciliation_daily`. Its key: day, account_id, app_key, channel, measure."""
    log, console = Log(world), console_counts(world)
    shifts: dict[tuple[str, str, str, date], int | None] = {}
    rows: list[DailyRow] = []
    for (day, account, app, channel), counts in sorted(console.items()):
        month = day.replace(day=1)
        for measure in counts if day <= world.as_of else ():
            at = (account, channel, measure, month)
            if at not in shifts:
                shifts[at] = shift_of(log, series_of(console, *at), account, channel, measure)
            rows.append(_by_itself(log, (day, account, app, channel, measure), counts[measure], shifts[at]))
    return [row._asdict() for row in sorted(_explained(log, rows), key=lambda row: row[:5])]


def _by_itself(log: Log, key: tuple[date, str, str, str, str], said: int, hours: int | None) -> DailyRow:
    """Return the row of a key (day, account, app, channel, measure), without comparing other accounts.

    `said` is the console's count. The cause is None if neither the tolerance nor a shift by `hours` explains the
    difference.
    """
    day, account, app, channel, measure = key
    logged = log.count([day], account, app, channel, measure)
    late = sum(one.is_late for one in log.records([day], account, app, channel))
    allowed = tolerance(log.world, said)
    row = DailyRow(*key, said, logged, said - logged, allowed, None, None, None, None, late)
    if day not in log.world.complete:
        return row._replace(log=None, difference=None, cause="no_log")
    if abs(said - logged) <= allowed:
        return row._replace(cause="within", explained=0, unexplained=said - logged)
    if hours is not None and app == ALL_APPS and is_covered(log.world, [day], hours):
        explained = log.off_by(day, hours, account, channel, measure) - logged
        rest = said - logged - explained
        if abs(rest) <= allowed:
            return row._replace(cause="shift", explained=explained, unexplained=rest, shift_hours=hours)
    return row


def _explained(log: Log, rows: list[DailyRow]) -> list[DailyRow]:
    """Return all rows, with a cause for the rows that have none.

    The cause is `other_account` if the differences of all accounts cancel out, else the cause that `by_count` returns.
    """
    together: dict[tuple[date, str, str], int] = defaultdict(int)
    for row in rows:
        if row.cause is None and row.difference is not None and row.app_key == ALL_APPS:
            together[row.day, row.channel, row.measure] += row.difference
    found: list[DailyRow] = []
    for row in rows:
        if row.cause is None and row.difference is not None:
            cause, explained = "other_account", row.difference
            is_moved = abs(together[row.day, row.channel, row.measure]) <= row.tolerance
            if row.app_key != ALL_APPS or not is_moved:
                behind = log.records([row.day], row.account_id, row.app_key, row.channel)
                cause, explained = by_count(row.difference, row.tolerance, behind)
            row = row._replace(cause=cause, explained=explained, unexplained=row.difference - explained)
        found.append(row)
    return found
