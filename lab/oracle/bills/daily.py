"""`reconciliation_daily`, by section 12 of the contract: a console's counts of days against the log's.

Where the contract is silent, this count takes:
- The last row of a key counts whole, with its empty counts.
- Where only apps are given, a measure's sum is over the apps that give it; if no app gives it, it is not compared.
- `other_account` looks at the same day, channel and measure of all accounts, against the row's own T.
- `late` of a missing day is 0.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from lab.oracle.bills.measures import ALL_APPS, MEASURES, Log, by_count, is_covered, shift_of, tolerance
from lab.oracle.bills.times import month_days
from lab.oracle.bills.world import World
from lab.oracle.counts import Row

# Counts of a console by measure, day, account, app and channel.
Console = dict[tuple[date, str, str, str], dict[str, int]]


def console_counts(world: World) -> Console:
    """The counts given, the last of each key, with a row of all apps where there are only apps."""
    given: Console = {}
    for row in world.console:
        key = (row["day"], row["account_id"], row["app_key"], row["channel"])
        given[key] = {name: row[name] for name in MEASURES if row[name] is not None}
    summed: Console = {}
    for (day, account, _, channel), counts in given.items():
        if (day, account, ALL_APPS, channel) not in given:
            row = summed.setdefault((day, account, ALL_APPS, channel), {})
            for name, count in counts.items():
                row[name] = row.get(name, 0) + count
    return given | summed


def series_of(console: Console, account: str, channel: str, measure: str, month: date) -> dict[date, int]:
    """Return a console's count of all apps on each day of a month, if it has one."""
    said = {day: console.get((day, account, ALL_APPS, channel), {}) for day in month_days(month)}
    return {day: counts[measure] for day, counts in said.items() if measure in counts}


def reconciliation_daily(world: World) -> list[Row]:
    """Key: day, account_id, app_key, channel, measure."""
    log, console = Log(world), console_counts(world)
    shifts: dict[tuple[object, ...], int | None] = {}
    rows: list[Row] = []
    for (day, account, app, channel), counts in sorted(console.items()):
        month = day.replace(day=1)
        for measure in counts if day <= world.as_of else ():
            at = (account, channel, measure, month)
            if at not in shifts:
                shifts[at] = shift_of(log, series_of(console, *at), account, channel, measure)
            row: Row = {"day": day, "account_id": account, "app_key": app, "channel": channel, "measure": measure}
            rows.append(row | _by_itself(log, row, counts[measure], shifts[at]))
    _explain_rest(log, rows)
    return sorted(rows, key=lambda row: (row["day"], row["account_id"], row["app_key"], row["channel"], row["measure"]))


def _by_itself(log: Log, key: Row, said: int, hours: int | None) -> Row:
    """Return the row with a cause from its own account; without a cause if neither the account nor its hours explain
    it.
    """
    day, account, app, channel, measure = key.values()
    records = log.records([day], account, app, channel)
    logged = log.count([day], account, app, channel, measure)
    allowed = tolerance(log.world, said)
    row: Row = {"console": said, "log": logged, "difference": said - logged, "tolerance": allowed, "cause": None}
    row |= {"explained": None, "unexplained": None, "shift_hours": None, "late": sum(one.is_late for one in records)}
    if day not in log.world.complete:
        return row | {"log": None, "difference": None, "cause": "no_log"}
    if abs(said - logged) <= allowed:
        return row | {"cause": "within", "explained": 0, "unexplained": said - logged}
    if hours is not None and app == ALL_APPS and is_covered(log.world, [day], hours):
        explained = log.off_by(day, hours, account, channel, measure) - logged
        rest = said - logged - explained
        if abs(rest) <= allowed:
            return row | {"cause": "shift", "explained": explained, "unexplained": rest, "shift_hours": hours}
    return row


def _explain_rest(log: Log, rows: list[Row]) -> None:
    """The causes that look at all accounts, or at the log's other counts."""
    together: dict[tuple[object, ...], int] = defaultdict(int)
    open_rows = [row for row in rows if row["cause"] is None]
    for row in open_rows:
        if row["app_key"] == ALL_APPS:
            together[row["day"], row["channel"], row["measure"]] += row["difference"]
    for row in open_rows:
        off = row["difference"]
        cause, explained = "other_account", off
        is_moved = abs(together[row["day"], row["channel"], row["measure"]]) <= row["tolerance"]
        if row["app_key"] != ALL_APPS or not is_moved:
            behind = log.records([row["day"]], row["account_id"], row["app_key"], row["channel"])
            cause, explained = by_count(off, row["tolerance"], behind)
        row.update(cause=cause, explained=explained, unexplained=off - explained)
