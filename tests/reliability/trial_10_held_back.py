"""Promise 10: clean days with a weekly rhythm raise next to no alarm, days with a fault in them do.

Days are drawn as an installation would have them (`simulated_days.py`), large and small, calm and noisy, and each is
judged when it is the newest, as after a nightly run. Then one day in each history gets a fault. The gravest faults go
through real logs and a whole run, too.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from pipelines.closing.warnings import run_checks
from pipelines.common.errors import AuthmeterError
from pipelines.contract.checks import CheckResult
from pipelines.contract.registry import Registry
from pipelines.contract.settings import Settings
from pipelines.incidents.profiles import Profile
from pipelines.store.manifest import Manifest
from tests.data.daily_rhythm import NEWEST, begun, day_rows, land, moved
from tests.data.simulated_days import FIRST, Day, Fault, Installation
from tests.reliability.harness import Result, Tally, some
from tests.support import DataFolder, Row

CLEAN_DAYS = 90
# Before the first judged day: three weeks at the least, as an installation that has just begun.
WARM_UP = 21


def failing(manifest: Manifest, profiles: dict[date, Profile], number: int) -> list[CheckResult]:
    """The checks that fire when the day of that number is the newest."""
    day = FIRST + timedelta(days=number)
    known = Manifest(
        files=[entry for entry in manifest.files if min(entry.days) <= day],
        days={other: entry for other, entry in manifest.days.items() if other <= day},
        closed_before=day - timedelta(days=1),
    )
    results = run_checks(known, Settings(), Registry(), day, {d: p for d, p in profiles.items() if d <= day})
    return [result for result in results if not result.passed]


# ---- the faults: each changes one day


def half_gone(day: Day, draw: np.random.Generator) -> None:
    day.cells = draw.binomial(day.cells, 0.5)


def two_fifths(day: Day, draw: np.random.Generator) -> None:
    day.cells = draw.binomial(day.cells, 0.4)


def clock_behind(day: Day, draw: np.random.Generator) -> None:
    day.shifted = dict.fromkeys(range(len(day.apps)), -8)


def clock_ahead(day: Day, draw: np.random.Generator) -> None:
    day.shifted = dict.fromkeys(range(len(day.apps)), 8)


def clock_of_an_app(day: Day, draw: np.random.Generator) -> None:
    day.shifted = {0: -8}


def afternoon_lost(day: Day, draw: np.random.Generator) -> None:
    day.lost_hours = tuple(range(12, 24))


def unknown_code(day: Day, draw: np.random.Generator) -> None:
    day.codes, day.unmapped = {"umeng 699999": 0.2}, 0.2


def new_code_with_outcome(day: Day, draw: np.random.Generator) -> None:
    day.codes = {"umeng 699999": 0.2}


def channel_gone(day: Day, draw: np.random.Generator) -> None:
    day.cells[:, draw.integers(0, 4)] = 0


def platform_gone(day: Day, draw: np.random.Generator) -> None:
    day.cells[:, :, draw.integers(0, 2)] = 0


def carrier_gone(day: Day, draw: np.random.Generator) -> None:
    gone = draw.integers(0, 3)
    day.cells[..., 3] += day.cells[..., gone]
    day.cells[..., gone] = 0


def success_collapsed(day: Day, draw: np.random.Generator) -> None:
    day.answers[:, draw.integers(0, 4)] = (0.3, 0.07, 0.63)


def success_total(day: Day, draw: np.random.Generator) -> None:
    day.answers[:, draw.integers(0, 3)] = (1, 0, 0)


def devices_equal(day: Day, draw: np.random.Generator) -> None:
    day.devices = 1e-9


def devices_absent(day: Day, draw: np.random.Generator) -> None:
    day.devices = 0


def doubled_under_new_ids(day: Day, draw: np.random.Generator) -> None:
    day.cells = day.cells * 2
    day.devices /= 2


def ids_used_again(day: Day, draw: np.random.Generator) -> None:
    day.cells, day.copies = draw.binomial(day.cells, 0.7), 0.3


def large_app_gone(day: Day, draw: np.random.Generator) -> None:
    day.cells[draw.integers(0, 2)] = 0


def source_missing(day: Day, draw: np.random.Generator) -> None:
    day.lost_sources = {"sdk"}


def latency_zero(day: Day, draw: np.random.Generator) -> None:
    day.latencies = day.latencies * 0


def latency_tenfold(day: Day, draw: np.random.Generator) -> None:
    day.latencies = day.latencies * 10


def codes_absent(day: Day, draw: np.random.Generator) -> None:
    day.filled["result_code"] = 0.0


def traffic_of_a_test(day: Day, draw: np.random.Generator) -> None:
    extra = draw.poisson(day.cells.sum(axis=0, keepdims=True) * 0.43)
    day.cells = np.concatenate([day.cells, extra])
    day.apps, day.packages = [*day.apps, "app-test"], [*day.packages, "com.example.test"]
    for name in ("hours", "answers", "latencies"):
        values = getattr(day, name)
        setattr(day, name, np.concatenate([values, values[:1]]))


def swapped_owner(day: Day, draw: np.random.Generator) -> None:
    day.packages[0], day.packages[1] = day.packages[1], day.packages[0]


def rejected(day: Day, draw: np.random.Generator) -> None:
    day.rejected = 0.15
    day.cells = draw.binomial(day.cells, 0.85)


def app_under_another_key(day: Day, draw: np.random.Generator) -> None:
    day.cells[1] += day.cells[0]
    day.cells[0] = 0


def day_copied(day: Day, draw: np.random.Generator) -> None:
    day.copy_of = int(draw.choice((1, 7)))


def hour_lost(day: Day, draw: np.random.Generator) -> None:
    day.lost_hours = (int(draw.integers(9, 23)),)


def clock_one_hour(day: Day, draw: np.random.Generator) -> None:
    day.shifted = dict.fromkeys(range(len(day.apps)), -1)


def package_new(day: Day, draw: np.random.Generator) -> None:
    day.new_package = 0.3


def scheme_gone(day: Day, draw: np.random.Generator) -> None:
    day.schemes = (1.0, 0.0)


def field_partial(day: Day, draw: np.random.Generator) -> None:
    day.filled["sdk_version"] = 0.7


def small_stage_gone(day: Day, draw: np.random.Generator) -> None:
    day.lost_stages = {"login"}


def devices_made_up(day: Day, draw: np.random.Generator) -> None:
    day.devices = 1.0


def few_ids_used_again(day: Day, draw: np.random.Generator) -> None:
    day.cells, day.copies = draw.binomial(day.cells, 0.96), 0.04


def carrier_fails_on_a_platform(day: Day, draw: np.random.Generator) -> None:
    day.failing_line = (0, 1)


def mismatches_as_success(day: Day, draw: np.random.Generator) -> None:
    day.mismatches = 0.0


def half_of_the_second_app(day: Day, draw: np.random.Generator) -> None:
    day.cells[1] = draw.binomial(day.cells[1], 0.45)


def half_of_a_host(day: Day, draw: np.random.Generator) -> None:
    day.hosts = (0.5, 1.0, 1.0)


def field_lost_on_a_platform(day: Day, draw: np.random.Generator) -> None:
    day.platform_without = "account_id"


def records_repeated(day: Day, draw: np.random.Generator) -> None:
    day.twins = 0.04


def attempts_joined(day: Day, draw: np.random.Generator) -> None:
    day.attempts = 0.2


def devices_of_a_platform_equal(day: Day, draw: np.random.Generator) -> None:
    day.devices_of_platform = (1.0, 1e-9, 1.0)


def one_device_busy(day: Day, draw: np.random.Generator) -> None:
    day.busiest = 0.08


def versions_of_the_system_equal(day: Day, draw: np.random.Generator) -> None:
    day.os_versions = (1.0, 0.0, 0.0)


def versions_of_the_sdk_rolled_back(day: Day, draw: np.random.Generator) -> None:
    day.versions = (1.0, 0.0, 0.0)


def devices_made_anew_for_each_attempt(day: Day, draw: np.random.Generator) -> None:
    day.tried_again = 0.0


def phone_numbers_equal(day: Day, draw: np.random.Generator) -> None:
    day.phones = 1e-9


def times_cut_to_the_hour(day: Day, draw: np.random.Generator) -> None:
    day.full_hour = 0.5


def records_of_tomorrow(day: Day, draw: np.random.Generator) -> None:
    day.after = 0.2


def most_of_the_evening_lost(day: Day, draw: np.random.Generator) -> None:
    day.hours[:, 21:24] *= 0.3


FAULTS: tuple[Fault, ...] = (
    half_gone, clock_behind, clock_ahead, clock_of_an_app, afternoon_lost, unknown_code, new_code_with_outcome,
    channel_gone, platform_gone, carrier_gone, success_collapsed, success_total, devices_equal, devices_absent,
    doubled_under_new_ids, ids_used_again, large_app_gone, source_missing, latency_zero, latency_tenfold, codes_absent,
    traffic_of_a_test, swapped_owner, rejected, app_under_another_key,
    day_copied, hour_lost, clock_one_hour, package_new, scheme_gone, field_partial, small_stage_gone, devices_made_up,
    few_ids_used_again, carrier_fails_on_a_platform, mismatches_as_success, half_of_the_second_app, half_of_a_host,
    field_lost_on_a_platform, records_repeated, attempts_joined, devices_of_a_platform_equal, one_device_busy,
    devices_made_anew_for_each_attempt, phone_numbers_equal, versions_of_the_system_equal,
    versions_of_the_sdk_rolled_back, times_cut_to_the_hour, records_of_tomorrow,
    most_of_the_evening_lost,
)  # fmt: skip


def installations(count: int) -> list[Installation]:
    """Installations of all sizes: calm and noisy, growing, shrinking and still, with and without holidays."""
    made = []
    for seed in range(count):
        draw = np.random.default_rng((10, seed))
        made.append(Installation(
            seed, records=int(10 ** draw.uniform(3.5, 5.5)), apps=int(draw.integers(4, 16)),
            noise=float(draw.uniform(0.02, 0.1)), growth=float(draw.uniform(-0.002, 0.006)), holidays=bool(seed % 2),
        ))  # fmt: skip
    return made


def clean(scale: float) -> Result:
    """Alarms in 90 clean days."""
    days = Tally(10, "90 clean days with a weekly rhythm, noise, growth and weak holidays: at most one false alarm")
    alarms = []
    for one in installations(some(30, scale)):
        manifest, profiles = one.days(WARM_UP + CLEAN_DAYS, {})
        false = []
        for number in range(WARM_UP, WARM_UP + CLEAN_DAYS):
            false += [
                f"seed {one.seed}, day {number}: {r.check_name} {r.detail_en}"
                for r in failing(manifest, profiles, number)[:1]
            ]
        days.check(len(false) <= 1, lambda false=false: f"{len(false)} alarms, the first: {false[0]}")
        alarms.append(len(false))
    return days.result(f"{sum(alarms)} false alarms in {len(alarms) * CLEAN_DAYS:,} days, {max(alarms)} at most in 90")


def young(scale: float) -> Result:
    """Alarms in the second week of a folder, which has no norm yet; and faults that are told without one."""
    days = Tally(10, "days 8 to 14 of a new folder: no false alarm; 40 % of a day or a source that is gone: caught")
    for one in installations(some(30, scale)):
        manifest, profiles = one.days(14, {})
        for number in range(7, 14):
            found = failing(manifest, profiles, number)
            days.check(not found, f"seed {one.seed}, day {number}: {found}")
        for fault in (two_fifths, source_missing):
            manifest, profiles = one.days(11, {10: fault})
            days.check(bool(failing(manifest, profiles, 10)), f"seed {one.seed}: {fault.__name__} missed")
    return days.result()


def seeded(scale: float) -> Result:
    """Faults that are caught."""
    faults = Tally(10, f"one of {len(FAULTS)} kinds of fault seeded in a day: at least 9 of 10 caught, of each kind")
    missed: dict[str, int] = {}
    made = installations(some(20, scale))
    for fault in FAULTS:
        for one in made:
            number = int(np.random.default_rng((one.seed, len(fault.__name__))).integers(28, 90))
            manifest, profiles = one.days(number + 1, {number: fault})
            missed[fault.__name__] = missed.get(fault.__name__, 0) + (not failing(manifest, profiles, number))
        share = missed[fault.__name__] / len(made)
        faults.check(share <= 0.1, f"{fault.__name__}: {missed[fault.__name__]} of {len(made)} missed")
    total = len(FAULTS) * len(made)
    kinds = ", ".join(f"{name} {count}" for name, count in missed.items() if count)
    return faults.result(f"{total - sum(missed.values())} of {total} caught" + (f", missed: {kinds}" if kinds else ""))


# ---- the same through real logs and a run


def _half(rows: list[Row]) -> list[Row]:
    return rows[::2]


def _clock(hours: int) -> Callable[[list[Row]], list[Row]]:
    return lambda rows: [moved(row, hours) for row in rows]


def _set(share: float, **changes: object) -> Callable[[list[Row]], list[Row]]:
    """A change of a share of the records; None takes a field away."""

    def changed(rows: list[Row]) -> list[Row]:
        edited = [row | changes if n % 100 < share * 100 else row for n, row in enumerate(rows)]
        return [{name: value for name, value in row.items() if value is not None} for row in edited]

    return changed


def _without(**taken: object) -> Callable[[list[Row]], list[Row]]:
    return lambda rows: [row for row in rows if any(row[name] != value for name, value in taken.items())]


def _again(rows: list[Row]) -> list[Row]:
    return [row | {"event_id": f"again-{row['event_id']}"} for row in rows]


def _twice(rows: list[Row]) -> list[Row]:
    return rows + _again(rows)


def _copied(rows: list[Row]) -> list[Row]:
    _, seed, _ = str(rows[0]["event_id"]).split("-")
    return _again([moved(row, 7 * 24) for row in day_rows(NEWEST - timedelta(days=7), int(seed))])


def _ids_again(rows: list[Row]) -> list[Row]:
    return [row | {"event_id": f"same-{n // 2 if n % 3 else n}"} for n, row in enumerate(rows)]


def _morning(rows: list[Row]) -> list[Row]:
    return [row for row in rows if str(row["event_time"])[11:13] < "12"]


def _of_test(rows: list[Row]) -> list[Row]:
    count = len(rows) * 3 // 7
    return rows + [row | {"event_id": f"test-{row['event_id']}", "app_key": "test-env"} for row in rows[:count]]


def _swapped(rows: list[Row]) -> list[Row]:
    other = {"shop": "game", "game": "shop"}
    return [row | {"package_name": f"com.example.{other.get(str(row['app_key']), row['app_key'])}"} for row in rows]


REAL_FAULTS: dict[str, Callable[[list[Row]], list[Row]]] = {
    "half the volume": _half,
    "clock 8 hours behind": _clock(-8),
    "an unknown code on 20 %": _set(0.2, result_code="699999", outcome=None),
    "a source that did not deliver": lambda rows: [
        row for row in rows if row["channel"] not in ("wechat", "qq", "weibo")
    ],
    "clock 8 hours ahead": _clock(8),
    "a new code with an outcome on 20 %": _set(0.2, result_code="699999"),
    "one channel gone": _without(channel="wechat"),
    "one platform gone": _without(platform="ios"),
    "one carrier unknown": lambda rows: [row | ({"carrier": "?"} if row["carrier"] == "CMCC" else {}) for row in rows],
    "one large app gone": _without(app_key="shop"),
    "no success any more": _set(0.7, outcome="error"),
    "nothing but success": _set(1.0, outcome="success"),
    "one device": _set(1.0, device_id="0"),
    "no device": _set(1.0, device_id=None),
    "everything twice under new ids": _twice,
    "ids used again": _ids_again,
    "the afternoon lost": _morning,
    "latency zero": _set(1.0, latency_ms=0),
    "latency tenfold": lambda rows: [row | {"latency_ms": row["latency_ms"] * 10} for row in rows],
    "no result codes": _set(1.0, result_code=None),
    "traffic of a test environment": _of_test,
    "packages of two apps mixed up": _swapped,
    "the day a week before, under its own date": _copied,
    "another package in one app": lambda rows: [
        row | ({"package_name": "com.example.debug"} if row["app_key"] == "shop" else {}) for row in rows
    ],
    "a field that a third lost": _set(0.35, sdk_version=None),
    "a fifth of bad lines": _set(0.2, channel="sms"),
    "failures of one carrier on one platform": lambda rows: [
        row | ({"outcome": "timeout"} if (row["carrier"], row["platform"]) == ("CUCC", "ios") else {}) for row in rows
    ],
    "half of a large app": lambda rows: [row for n, row in enumerate(rows) if row["app_key"] != "game" or n % 2],
    "a platform without a field": lambda rows: [
        {name: value for name, value in row.items() if name != "sdk_version" or row["platform"] != "ios"}
        for row in rows
    ],
    "one device on a platform": lambda rows: [
        row | ({"device_id": "0"} if row["platform"] == "ios" else {}) for row in rows
    ],
    "a device that asks all day": lambda rows: [
        row | ({"device_id": "probe"} if n % 10 == 0 else {}) for n, row in enumerate(rows)
    ],
    "times cut to the hour": lambda rows: [
        row | {"event_time": f"{str(row['event_time'])[:13]}:00:00.000+08:00"} for row in rows
    ],
    "another version of the SDK": _set(1.0, sdk_version="1.0"),
    "latency zero on a platform": lambda rows: [
        row | ({"latency_ms": 0} if row["platform"] == "ios" else {}) for row in rows
    ],
}


def copy_of_begun(work: Path, seed: int) -> DataFolder:
    """A folder with the published days before the newest one; they are published once for all who ask."""
    base = work / f"base-{seed}"
    if not base.exists():
        begun(DataFolder(base), seed)
    shutil.copytree(base, work / "copy")
    return DataFolder(work / "copy")


def through_logs(scale: float, work: Path) -> tuple[Result, Result]:
    """Faults in real logs, each published by a run; and days without one."""
    chosen = list(REAL_FAULTS.items())[: some(len(REAL_FAULTS), 4 * scale, 4)]
    sound = Tally(10, "small logs without a fault, by a whole run: no alarm; with a source gone: it is named")
    faults = Tally(10, f"small logs with {len(chosen)} kinds of fault, each by a whole run: at least 9 of 10 caught")
    caught, missed = 0, []
    for seed in range(some(4, scale)):
        rows, missed_here = day_rows(NEWEST, seed), []
        for name, fault in [("none", lambda rows: rows), *chosen]:
            folder = copy_of_begun(work, seed)
            land(folder, NEWEST, fault(rows))
            folder.tables(NEWEST)
            found = folder.rows("SELECT check_name, detail_en, detail_zh FROM check_results WHERE NOT passed")
            if name == "none":
                sound.check(not found, f"seed {seed}: {found}")
            elif not found:
                missed_here.append(name)
            if name == "a source that did not deliver":
                is_named = any(f"source canonical has no record of {NEWEST}" in detail for _, detail, _ in found)
                sound.check(is_named, f"seed {seed}: source not named: {found}")
            shutil.rmtree(folder.root)
        caught += len(chosen) - len(missed_here)
        missed += [f"{name} (seed {seed})" for name in missed_here]
        faults.check(len(missed_here) <= 0.1 * len(chosen), f"seed {seed}: {len(missed_here)} of {len(chosen)} missed")
    note = f"{caught} of {caught + len(missed)} caught" + (f", missed: {', '.join(missed)}" if missed else "")
    return sound.result(), faults.result(note)


def blocked(scale: float, work: Path) -> Result:
    """With `block_below_share`, a day that is far too small is not published, and is once the rest has come."""
    held = Tally(10, "block_below_share: half a day publishes nothing, the report before stands; the rest heals it")
    for seed in range(some(5, scale)):
        folder = copy_of_begun(work, seed)
        folder.write("authmeter.toml", "block_below_share = 0.7\n")
        before = folder.store.database.read_bytes()
        rows = day_rows(NEWEST, seed)
        land(folder, NEWEST, rows[::2])
        try:
            folder.tables(NEWEST)
            said = "published"
        except AuthmeterError as error:
            said = str(error)
        as_before = folder.store.database.read_bytes() == before and folder.manifest.as_of == NEWEST - timedelta(days=1)
        held.check("block_below_share" in said and as_before, f"seed {seed}: {said}")
        folder.land("sdk/rest.ndjson", rows[1::2])
        folder.tables(NEWEST)
        held.check(folder.counted()[NEWEST] == len(rows), f"seed {seed}: not published when the rest had come")
        shutil.rmtree(folder.root)
    return held.result()


def later(scale: float, work: Path) -> Result:
    """What a later run brings: a closed day once more under new ids, a good file after a bad one."""
    tally = Tally(10, "faults that a later run brings or hides: told, and told again by a run with nothing new")
    yesterday = NEWEST - timedelta(days=1)

    def said(folder: DataFolder, day: date) -> list[tuple[str, date]]:
        folder.tables(day)
        return folder.rows("SELECT check_name, day FROM check_results WHERE NOT passed ORDER BY ALL")

    def holds(folder: DataFolder, day: date, found: tuple[str, date | None], what: str) -> None:
        first = said(folder, day)
        tally.check(found in first and said(folder, day) == first, f"seed {seed}, {what}: {first}")

    for seed in range(some(4, scale)):
        folder = copy_of_begun(work, seed)
        land(folder, NEWEST, day_rows(NEWEST, seed))
        folder.land(f"again/{yesterday}.ndjson", _again(day_rows(yesterday, seed)))
        holds(folder, NEWEST, ("volume_jump", yesterday), "a closed day delivered again")
        shutil.rmtree(folder.root)
        folder = copy_of_begun(work, seed)
        land(folder, NEWEST, _set(0.14, channel="sms")(day_rows(NEWEST, seed)))
        holds(folder, NEWEST, ("rejected_share", None), "bad lines")
        folder.land("late/small.ndjson", _again(day_rows(NEWEST, seed)[:9]))
        holds(folder, NEWEST, ("rejected_share", None), "a small good file after bad lines")
        shutil.rmtree(folder.root)
    return tally.result()


def trial(scale: float, work: Path) -> list[Result]:
    """False alarms, and faults caught."""
    return [
        clean(scale),
        young(scale),
        seeded(scale),
        *through_logs(scale, work),
        later(scale, work),
        blocked(scale, work),
    ]
