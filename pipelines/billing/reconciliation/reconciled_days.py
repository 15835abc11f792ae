"""DAYS RECONCILED, the rows of `reconciliation_daily`: the console's daily counts compared with the log, with the cause
of each difference.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from pipelines.billing.reconciliation.causes import NO_LOG, Difference, DifferenceCause, sums_of_peers
from pipelines.billing.reconciliation.log_side import LogSide
from pipelines.billing.reconciliation.shift import Series, shift_of
from pipelines.billing.reconciliation.tolerance import Tolerance
from pipelines.contract.record.fields import ALL_APPS
from pipelines.contract.registry.statements import MEASURES, ConsoleKey


class DayReconciled(NamedTuple):
    """A row of `reconciliation_daily`. If the log has no data of the day, `log`, `difference`, `explained` and
    `unexplained` are None.
    """

    day: date
    account_id: str
    app_key: str
    channel: str
    measure: str
    console: int
    log: int | None
    difference: int | None
    tolerance: int
    cause: str
    explained: int | None
    unexplained: int | None
    shift_hours: int | None
    late: int


class SeriesKey(NamedTuple):
    """The key of a series of daily counts, to which one shift applies; `month` is the first day of the month."""

    account_id: str
    channel: str
    measure: str
    month: date


Console = Mapping[ConsoleKey, Mapping[str, int]]


def whole_console(console: Console) -> dict[ConsoleKey, Mapping[str, int]]:
    """Return the console's counts. If a day, account and channel has only single apps, add their sums as app `*`."""
    whole = dict(console)
    for key, counts in sorted(console.items()):
        of_all = key._replace(app_key=ALL_APPS)
        if of_all not in console:
            sums = dict(whole.get(of_all, {}))
            for measure, count in counts.items():
                sums[measure] = sums.get(measure, 0) + count
            whole[of_all] = sums
    return whole


def shifts_of(console: Console, log: LogSide, tolerance: Tolerance, zone: str) -> dict[SeriesKey, int]:
    """Return the console's shifts in hours, by account, channel, measure and month; months without one are left out."""
    series: dict[SeriesKey, dict[date, int]] = defaultdict(dict)
    for key, counts in console.items():
        if key.app_key == ALL_APPS and key.day <= log.as_of:
            for measure, count in counts.items():
                series[SeriesKey(key.account_id, key.channel, measure, key.day.replace(day=1))][key.day] = count
    found = {one: shift_of(Series(log, *one[:3]), days, tolerance, zone) for one, days in series.items()}
    return {one: hours for one, hours in found.items() if hours is not None}


def reconciled_days(console: Console, log: LogSide, tolerance: Tolerance, zone: str) -> list[DayReconciled]:
    """Return every count of the console up to the as-of, compared with the log, sorted by the table's key.

    Args:
        console: includes the counts of all apps, as `whole_console` returns it.
    """
    shifts = shifts_of(console, log, tolerance, zone)
    given = {
        (key, measure): count
        for key, counts in sorted(console.items())
        if key.day <= log.as_of
        for measure, count in sorted(counts.items(), key=lambda one: MEASURES.index(one[0]))
    }
    differences = {
        (key, measure): _difference(key, measure, count, log, tolerance, shifts)
        for (key, measure), count in given.items()
        if key.day in log.complete
    }
    peers = sums_of_peers(differences.values())
    rows = []
    for (key, measure), count in given.items():
        one = differences.get((key, measure))
        if one is None:
            allowed = tolerance.of(count)
            rows.append(DayReconciled(*key, measure, count, None, None, allowed, NO_LOG, None, None, None, 0))
            continue
        cause: DifferenceCause = one.cause(peers)
        explained = cause.explained or 0
        rows.append(
            DayReconciled(
                *key, measure, count, count - one.difference, one.difference, one.tolerance, cause.cause, explained,
                one.difference - explained, cause.shift_hours, one.counts.late,
            )
        )  # fmt: skip
    return sorted(rows, key=lambda row: row[:5])


def _difference(
    key: ConsoleKey, measure: str, count: int, log: LogSide, tolerance: Tolerance, shifts: Mapping[SeriesKey, int]
) -> Difference:
    counts = log.of(*key)
    shift = None
    is_of_all = key.app_key == ALL_APPS
    hours = shifts.get(SeriesKey(key.account_id, key.channel, measure, key.day.replace(day=1))) if is_of_all else None
    if hours is not None:
        moved = Series(log, key.account_id, key.channel, measure).moved(key.day, hours)
        shift = None if moved is None else (hours, moved)
    return Difference(
        count - counts.of(measure), tolerance.of(count), counts, shift,
        (key.day, key.channel, measure) if is_of_all else None,
    )  # fmt: skip
