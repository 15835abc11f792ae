"""Builds the accounts for the ledger from rows by day; `stored_uses.py` reads the rows."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from pipelines.billing.packages.account import Account
from pipelines.contract.registry.packages import Packages

NO_ACCOUNT = ""
"""The account of rows that only list a cut."""
DayUses = tuple[date, str, str, int]
"""Day, account, app and uses."""
SegmentUses = tuple[date, datetime, str, str, int]
"""Day, cut, account, app and uses from the cut to the next one."""


def accounts_of(bought: Packages, uses: Iterable[DayUses], segments: Iterable[SegmentUses]) -> list[Account]:
    """Return the accounts with a package, sorted by id.

    The days in `segments` are cut at the purchases, expiries and readings of all accounts. In the result, the day of an
    account is cut only at the events of its own packages.
    """
    by_account: dict[str, dict[date, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for day, account_id, app_key, count in uses:
        by_account[account_id][day][app_key] = count
    cuts: dict[date, set[datetime]] = defaultdict(set)
    cut_uses: dict[tuple[str, date], list[tuple[datetime, str, int]]] = defaultdict(list)
    for day, at, account_id, app_key, count in segments:
        cuts[day].add(at)
        if account_id != NO_ACCOUNT:
            cut_uses[account_id, day].append((at, app_key, count))
    accounts = []
    for own in _by_account(bought):
        account_id = own.packages[0].account_id
        parts = {
            day: _joined(sorted(cuts[day].intersection(instants)), cut_uses[account_id, day])
            for day, instants in own.cuts.items()
            if day in cuts
        }
        given = (tuple(own.packages), tuple(own.readings), by_account.get(account_id, {}))
        accounts.append(Account(account_id, *given, parts))
    return accounts


def _by_account(bought: Packages) -> list[Packages]:
    """Return the packages of each account with their readings, sorted by account."""
    owned: dict[str, Packages] = {}
    of_package: dict[str, Packages] = {}
    for one in bought.packages:
        own = owned.setdefault(one.account_id, Packages(zone=bought.zone))
        own.packages.append(one)
        of_package[one.resource_package_id] = own
    for reading in bought.readings:
        of_package[reading.resource_package_id].readings.append(reading)
    return [owned[account_id] for account_id in sorted(owned)]


def _joined(cuts: list[datetime], uses: Iterable[tuple[datetime, str, int]]) -> dict[datetime, dict[str, int]]:
    """Sum uses (instant, app, count) by app from each cut to the next. `cuts` begin with the day's 00:00."""
    joined: dict[datetime, dict[str, int]] = {cut: {} for cut in cuts}
    for at, app_key, count in uses:
        segment = joined[cuts[bisect_right(cuts, at) - 1]]
        segment[app_key] = segment.get(app_key, 0) + count
    return joined
