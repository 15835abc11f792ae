"""Promise 10: clean days with a weekly rhythm raise almost no alarm, and days with a fault do.

The days are simulated for many installations (`tests/data/simulated_days.py`), large and small, calm and noisy; one day
of each history gets a fault. The worst faults are also tried with small made-up logs and whole runs.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from lab.incidents.data_fault_trial import CLEAN_DAYS, FAULTS, LARGE, SMALL, alarms, found_of, installations
from lab.reliability.harness import Result, Tally, some
from pipelines.incidents.incident import Incident
from pipelines.incidents.published import incidents_of
from pipelines.store.published_file import open_published
from tests.data.daily_rhythm import NEWEST, begun, day_rows, land, moved
from tests.support import DataFolder, Row

# Faults that are reported only if the weekend or the part is large enough: see docs/operator.md.
OFTEN = ("clock of one app 8 hours behind", "a third of a field gone", "clock 1 hour behind", "half of the day gone")


def clean(scale: float) -> Result:
    """Count the alarms of simulated installations in 90 clean days. More than one alarm in an installation is a
    failure.
    """
    days = Tally(10, "90 clean days with a rhythm, noise, growth, bursts, campaigns, weak holidays: at most one alarm")
    total = []
    for one in (one for sizes in (SMALL, LARGE) for one in installations(some(15, scale), sizes)):
        false = alarms(one)
        days.check(len(false) <= 1, f"seed {one.seed}, {one.records} records: {false}")
        total.append(len(false))
    return days.result(f"{sum(total)} false alarms in {len(total) * CLEAN_DAYS:,} days, {max(total)} at most in 90")


def seeded(scale: float) -> Result:
    """Count the faults that are reported in simulated days. A kind of fault fails if more than one in ten is missed."""
    kinds = [name for name in FAULTS if name not in OFTEN]
    faults = Tally(10, f"one of {len(kinds)} kinds of fault seeded in a day: at least 9 of 10 told, of each kind")
    made = installations(some(20, scale), LARGE)
    missed = {name: sum(not found_of(one, name) for one in made) for name in kinds}
    for name, count in missed.items():
        faults.check(count <= 0.1 * len(made), f"{name}: {count} of {len(made)} missed")
    total = len(kinds) * len(made)
    return faults.result(f"{total - sum(missed.values())} of {total} told")


# ---- the same through real logs and a run

# A clock that is ahead moves the evening into the next day. Small logs show that only when the next day has come.
ON_SECOND_DAY = ("clock 8 hours ahead",)


def _clock(hours: int) -> Callable[[list[Row]], list[Row]]:
    return lambda rows: [moved(row, hours) for row in rows]


def _without(**taken: object) -> Callable[[list[Row]], list[Row]]:
    return lambda rows: [row for row in rows if any(row[name] != value for name, value in taken.items())]


def _unchanged(rows: list[Row]) -> list[Row]:
    return rows


def _again(rows: list[Row]) -> list[Row]:
    return [row | {"event_id": f"again-{row['event_id']}"} for row in rows]


def _copied(rows: list[Row]) -> list[Row]:
    _, seed, _ = str(rows[0]["event_id"]).split("-")
    return _again([moved(row, 7 * 24) for row in day_rows(NEWEST - timedelta(days=7), int(seed))])


REAL_FAULTS: dict[str, Callable[[list[Row]], list[Row]]] = {
    "a source that did not deliver": lambda rows: [
        row for row in rows if row["channel"] not in ("wechat", "qq", "weibo")
    ],
    "clock 8 hours behind": _clock(-8),
    "clock 8 hours ahead": _clock(8),
    "the afternoon lost": lambda rows: [row for row in rows if str(row["event_time"])[11:13] < "12"],
    "one channel gone": _without(channel="wechat"),
    "one platform gone": _without(platform="ios"),
    "one carrier unknown": lambda rows: [row | ({"carrier": "?"} if row["carrier"] == "CMCC" else {}) for row in rows],
    "no device": lambda rows: [{k: v for k, v in row.items() if k != "device_id"} for row in rows],
    "no result codes": lambda rows: [{k: v for k, v in row.items() if k != "result_code"} for row in rows],
    "everything twice under new ids": lambda rows: rows + _again(rows),
    "the day a week before, under its own date": _copied,
    "unknown codes": lambda rows: [
        row | ({"result_code": "699999", "outcome": None} if n % 5 == 0 else {}) for n, row in enumerate(rows)
    ],
    "a fifth of bad lines": lambda rows: [
        row | ({"channel": "fax"} if n % 5 == 0 else {}) for n, row in enumerate(rows)
    ],
}


def copy_of_begun(work: Path, seed: int) -> DataFolder:
    """Return a copy of a data folder in which all days before the newest are published.

    The original is made once for each seed.
    """
    base = work / f"base-{seed}"
    if not base.exists():
        begun(DataFolder(base), seed)
    shutil.copytree(base, work / "copy")
    return DataFolder(work / "copy")


def incidents(folder: DataFolder) -> list[Incident]:
    """Return the incidents of the data in the published folder."""
    with closing(open_published(folder.store.database)) as connection:
        return [one.incident for one in incidents_of(connection) if one.incident.kind == "data"]


def through_logs(scale: float, work: Path) -> tuple[Result, Result]:
    """Publish small made-up logs by whole runs, without a fault and with one kind of fault at a time.

    Return two results: of the logs without a fault, and of the logs with faults.
    """
    chosen = list(REAL_FAULTS.items())[: some(len(REAL_FAULTS), 4 * scale, 4)]
    sound = Tally(10, "small logs without a fault, by a whole run: no alarm; with a source gone: it is named")
    faults = Tally(10, f"small logs with {len(chosen)} kinds of fault, each by a whole run: at least 9 of 10 told")
    caught, missed = 0, []
    for seed in range(some(4, scale)):
        missed_here = []
        for name, fault in [("none", _unchanged), *chosen]:
            folder = copy_of_begun(work, seed)
            for day in (NEWEST, NEWEST + timedelta(days=1))[: 1 + (name in ON_SECOND_DAY)]:
                land(folder, day, fault(day_rows(day, seed)))
                folder.tables(day)
            found = incidents(folder)
            if name == "none":
                sound.check(not found, f"seed {seed}: {found}")
            elif not any(one.state == "open" for one in found):
                missed_here.append(name)
            if name == "a source that did not deliver":
                is_named = any(one.cause.cell == "source=canonical" for one in found)
                sound.check(is_named, f"seed {seed}: source not named: {found}")
            shutil.rmtree(folder.root)
        caught += len(chosen) - len(missed_here)
        missed += [f"{name} (seed {seed})" for name in missed_here]
        faults.check(len(missed_here) <= 0.1 * len(chosen), f"seed {seed}: {len(missed_here)} of {len(chosen)} missed")
    note = f"{caught} of {caught + len(missed)} told" + (f", missed: {', '.join(missed)}" if missed else "")
    return sound.result(), faults.result(note)


def trial(scale: float, work: Path) -> list[Result]:
    """Count false alarms, and faults that are reported."""
    return [clean(scale), seeded(scale), *through_logs(scale, work)]
