"""Makes random console exports and bills of a world.

Counts are taken from the log, with planted differences: shifted days, two exchanged accounts, mismatches or unknowns
counted differently, counted copies, and noise. Some keys are repeated, and some rows have one fault.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random

from lab.oracle.bills.ledger import Ledger, ledger
from lab.oracle.bills.measures import ALL_APPS, BOTH, MEASURES, Log
from lab.oracle.bills.times import ONE_DAY, days_from, month_days
from lab.oracle.bills.world import World
from lab.worlds.csv_text import write_csv

CHANNELS = ("one_click", "local_verify")
CONSOLE_HEAD = ("day", "account_id", "app_key", "channel", *MEASURES)
BILL_HEAD = ("month", "account_id", "channel", "quantity", "overflow_quantity", "amount")
BAD_CONSOLE = (
    ("", "a1", "", "one_click", 1), ("2026-02-30", "a1", "", "one_click", 1), ("2026-10", "a1", "", "one_click", 1),
    ("2026-10-01", "", "", "one_click", 1), ("2026-10-01", "a" * 129, "", "one_click", 1),
    ("2026-10-01", "a1", "a b", "one_click", 1), ("2026-10-01", "a1", "", "", 1), ("2026-10-01", "a1", "", "sms", 1),
    ("2026-10-01", "a1", "", "one_click", "-1"), ("20261001", "a1", "", "one_click", "", "1.5"),
    ("20261001", "a1", "", "one_click", "", "", "x"), ("20261001", "a1", "", "one_click", "", "", "", "x"),
    ("20261001", "a1", "", "one_click", "", "", "", "", "x"),
)  # fmt: skip
BAD_BILLS = (
    ("", "a1", "one_click", 1), ("2026-13", "a1", "one_click", 1), ("2026-10-01", "a1", "one_click", 1),
    ("2026-10", "", "one_click", 1), ("2026-10", "a1", "", 1), ("2026-10", "a1", "sms", 1),
    ("2026-10", "a1", "one_click", ""), ("2026-10", "a1", "one_click", "1.5"), ("202610", "a1", "number", 1, "x"),
    ("202610", "a1", "number", 1, "", "dear"), ("202610", "a" * 129, "number", 1),
)  # fmt: skip


def write_consoles_and_bills(rng: Random, folder: Path, world: World) -> None:
    """Write `registry/console/` and `registry/bills/` for a world that has neither yet."""
    log, book = Log(world), ledger(world)
    accounts = sorted({one.account_id for one in world.verified})
    first = min(world.complete)
    days = list(days_from(first - ONE_DAY, world.as_of + 2 * ONE_DAY))
    ways = {account: rng.choice(("channels", "channels", "apps", "number")) for account in accounts}
    months = sorted({day.replace(day=1) for day in days})
    hours = {(account, month): rng.choice((0, 0, 8, 8, -3, 15)) for account in accounts for month in months}
    rows = [row for account in accounts for row in _console(rng, log, account, ways[account], days, hours)]
    rows += [(str(world.as_of), "nobody", "", "one_click", 7, "", "", "", 7)]
    _exchange(rng, rows)
    again = [(*row[:4], *(rng.randrange(20) for _ in MEASURES)) for row in rng.sample(rows, 8)]
    bad = [(*row, *[""] * (len(CONSOLE_HEAD) - len(row))) for row in BAD_CONSOLE]
    cut = rng.randrange(len(rows))
    write_csv(folder / "registry/console/b.csv", CONSOLE_HEAD, [*rows[:cut], *again[:4]])
    write_csv(folder / "registry/console/c.csv", CONSOLE_HEAD, [*rows[cut:], *bad])
    write_csv(folder / "registry/console/d.csv", CONSOLE_HEAD, again[4:], "\ufeff")
    bills = [row for month in months for row in _bills(rng, log, book, month, accounts, hours)]
    write_csv(folder / "registry/bills/1.csv", BILL_HEAD, [*bills, *(_filled(row) for row in BAD_BILLS)])
    write_csv(folder / "registry/bills/2.csv", BILL_HEAD, [(*bills[-1][:3], 12, "", "")])


def _filled(row: tuple[object, ...]) -> tuple[object, ...]:
    return (*row, *[""] * (len(BILL_HEAD) - len(row)))


def _console(
    rng: Random, log: Log, account: str, way: str, days: list[date], hours: dict[tuple[str, date], int]
) -> list[tuple[object, ...]]:
    """Return the rows of an account's console.

    Args:
        way: `channels` for rows of each channel, `number` for rows of both channels together, `apps` for rows of
            each channel that are of single apps only.
        hours: by how many hours the console's days are shifted, by account and month.
    """
    channels = (BOTH,) if way == "number" else CHANNELS
    apps = sorted({one.app_key for one in log.world.verified if one.account_id == account})
    rows: list[tuple[object, ...]] = []
    for day in days:
        if rng.random() < 0.04:
            continue
        named = rng.choice((str(day), day.strftime("%Y%m%d")))
        plant = rng.choice(("", "", "", "mismatch", "unknown", "duplicates", "noise"))
        for channel in channels:
            for app in ([] if way == "apps" else [ALL_APPS]) + (apps if way == "apps" or rng.random() < 0.2 else []):
                at = "" if app == ALL_APPS else app
                counts = [
                    _planted(rng, log, plant, day, account, app, channel, measure, hours[account, day.replace(day=1)])
                    for measure in MEASURES
                ]
                given = [count if rng.random() < 0.95 else "" for count in counts]
                given[-1] = counts[-1]
                if way == "apps" and rng.random() < 0.05:
                    given = [""] * len(given)
                rows.append((named, account, at, channel, *given))
    return rows


def _planted(
    rng: Random, log: Log, plant: str, day: date, account: str, app: str, channel: str, measure: str, hours: int
) -> int:
    """Return a console's count of a measure: the log's count, with the difference that `plant` names.

    Only counts of all apps together are of days shifted by `hours`.
    """
    records = log.records([day], account, app, channel)
    count = log.count([day], account, app, channel, measure)
    if app == ALL_APPS:
        count = log.off_by(day, hours, account, channel, measure)
    if plant in ("mismatch", "unknown") and measure in ("total", "billed"):
        count += rng.choice((-1, -1, 1)) * sum(one.outcome == plant for one in records)
    if plant == "duplicates":
        count += sum(one.duplicates for one in records)
    return max(0, count + (rng.randrange(-6, 7) if plant == "noise" else 0))


def _exchange(rng: Random, rows: list[tuple[object, ...]]) -> None:
    """Exchange the counts of two accounts, in up to twenty pairs of rows of all apps with the same day and channel."""
    of_all = [number for number, row in enumerate(rows) if row[2] == ""]
    rng.shuffle(of_all)
    for one in of_all[:20]:
        for other in of_all:
            same = (rows[one][0], rows[one][3]) == (rows[other][0], rows[other][3])
            if same and rows[one][1] != rows[other][1]:
                rows[one], rows[other] = (*rows[one][:4], *rows[other][4:]), (*rows[other][:4], *rows[one][4:])
                break


def _bills(
    rng: Random, log: Log, book: Ledger, month: date, accounts: list[str], hours: dict[tuple[str, date], int]
) -> list[tuple[object, ...]]:
    """Return the rows of a month's bills, for both channels together or for each channel.

    Only accounts with packages get an overflow.
    """
    with_packages = {row.account_id for row in log.world.packages}
    days = month_days(month)
    named = rng.choice((f"{month:%Y-%m}", f"{month:%Y%m}"))
    plant = rng.choice(("", "exchange", "mismatch", "unknown", "duplicates", "noise", "overflow", "hours", "hours"))
    rows: list[tuple[object, ...]] = []
    for account in accounts:
        channels = (BOTH,) if rng.random() < 0.6 or plant in ("overflow", "exchange") else CHANNELS
        extra = sum(
            uses
            for (day, who, _, package), uses in book.usage.items()
            if who == account and not package and day in days
        )
        for channel in channels:
            records = log.records(days, account, ALL_APPS, channel)
            count = sum(one.is_use for one in records)
            if plant in ("mismatch", "unknown"):
                count -= sum(one.outcome == plant for one in records)
            count += sum(one.duplicates for one in records) * (plant == "duplicates")
            count += rng.randrange(-20, 21) * (plant == "noise")
            if plant == "hours":
                count = sum(log.off_by(day, hours[account, month], account, channel, "billed") for day in days)
            is_extra = channel == BOTH and account in with_packages
            if plant == "overflow" and is_extra:
                count = extra
            given = extra + rng.choice((0, 0, 30)) if is_extra and rng.random() < 0.7 else ""
            rows.append((named, account, channel, max(0, count), given, rng.choice(("", "12.50", "300"))))
    if plant == "exchange":
        moved = [*accounts[1:], accounts[0]]
        rows = [(row[0], name, *row[2:4], "", row[5]) for row, name in zip(rows, moved, strict=True)]
    return rows
