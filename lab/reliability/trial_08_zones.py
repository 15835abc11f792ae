"""Promise 8: days are right if the host has another time zone than the business, with summer time and in leap years.

The expected days are computed from the instants of the records, by Python's time zone database alone.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from lab.reliability.harness import Result, Tally, some
from lab.reliability.operation import environment, first_difference, installation, tables
from pipelines.common.project import PROJECT
from tests.support import DAY, KEY, DataFolder, record

# Summer time at midnight, of half an hour, a day that was skipped, odd offsets, none.
ZONES = (
    "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "Europe/Berlin",
    "Africa/Casablanca", "America/St_Johns", "Asia/Beirut", "Pacific/Kiritimati", "Asia/Shanghai", "UTC",
)  # fmt: skip
# The middle of spans with changes of summer time, leap days, and the turn of the year.
SPANS = (
    date(2024, 2, 29), date(2025, 3, 9), date(2025, 3, 30), date(2025, 4, 6), date(2025, 9, 7), date(2025, 10, 26),
    date(2025, 11, 2), date(2024, 12, 31), date(2025, 10, 5),
)  # fmt: skip

PUBLISH = """
import sys
from pathlib import Path
from tests.support import DAY, DataFolder
DataFolder(Path(sys.argv[1])).publish(DAY)
"""


def host_zones(tries: int, work: Path) -> Result:
    """Run the same logs on hosts in other time zones: tables and every file of the site must have the same bytes."""
    tally = Tally(8, "Hosts in other time zones: tables cell for cell, every file of the site byte for byte")
    wanted: dict[str, object] = {}
    for zone in ("Asia/Shanghai", *("America/New_York", "Pacific/Kiritimati", "Asia/Kolkata", "Europe/London")[:tries]):
        folder = installation(work / zone.replace("/", "-"), DAY)
        command = [sys.executable, "-c", PUBLISH, str(folder.root)]
        done = subprocess.run(
            command, cwd=PROJECT, env=environment(TZ=zone), capture_output=True, text=True, check=False
        )  # fmt: skip
        if not tally.check(done.returncode == 0, f"{zone}: {done.stderr[-300:]}"):
            continue
        site = folder.store.site.resolve()
        found: dict[str, object] = dict(tables(folder.store.database))
        found |= {str(path.relative_to(site)): path.read_bytes() for path in site.rglob("*") if path.is_file()}
        wanted = wanted or found
        differs = first_difference(found, wanted)
        tally.check(not differs, f"{zone}: {differs}")
    return tally.result()


def business_zones(tries: int, work: Path) -> Result:
    """Check the business days of records at each half hour of four days, and 1 ms before it, in several time zones.

    The days are around changes of summer time, leap days, a turn of the year, and a skipped day.
    """
    tally = Tally(8, "Business days over summer time, leap days and a skipped day, in twelve zones")
    cases = [(zone, middle) for middle in SPANS for zone in ZONES]
    cases.append(("Pacific/Apia", date(2011, 12, 30)))
    random.Random(8).shuffle(cases)
    for number, (zone, middle) in enumerate(cases[:tries]):
        folder = DataFolder(work / f"zone{number}")
        folder.write("authmeter.toml", f'timezone = "{zone}"\n')
        (folder.root / "hash.key").write_text(KEY)
        start = datetime(middle.year, middle.month, middle.day, tzinfo=UTC) - timedelta(days=2)
        instants = [start + timedelta(minutes=30 * n, milliseconds=shift) for n in range(4 * 48) for shift in (-1, 0)]
        folder.land(
            "log.ndjson", [record(f"e{n}", event_time=int(i.timestamp() * 1000)) for n, i in enumerate(instants)]
        )
        wanted = Counter(instant.astimezone(ZoneInfo(zone)).date() for instant in instants)
        run = folder.open(middle, instants[-1] + timedelta(days=2))
        run.ingest(max(wanted))
        run.roll_up(max(wanted))
        run.build_marts()
        tally.check(folder.counted() == dict(wanted), f"{zone}, {middle}: {folder.counted()} is not {dict(wanted)}")
        last = max(wanted)
        spine = folder.rows("SELECT DISTINCT day FROM login_trend WHERE window_days = 30 ORDER BY day")
        days = [last - timedelta(days=back) for back in reversed(range(30))]
        tally.check([day for (day,) in spine] == days, f"{zone}, {middle}: the window is {spine}")
    return tally.result()


SCHEDULE = """
import sys
from datetime import UTC, datetime
import dagster as dg
from dagster._utils.schedules import cron_string_iterator
from pipelines.contract.settings.data_folder import data_folder
from pipelines.definitions import definitions
from pipelines.orchestration.home.home import prepare
repository = definitions().get_repository_def()
schedule = repository.get_schedule_def("daily_schedule")
prepare(data_folder(None))
instance = dg.DagsterInstance.get()
begin = datetime(2024, 1, 15, tzinfo=UTC).timestamp()
for tick in cron_string_iterator(begin, schedule.cron_schedule, schedule.execution_timezone):
    if tick.timestamp() > begin + 86400 * int(sys.argv[1]):
        break
    context = dg.build_schedule_context(instance, tick, repository_def=repository)
    (request,) = schedule.evaluate_tick(context).run_requests
    print(request.tags["dagster/partition"])
"""


def schedules(tries: int, days: int, work: Path) -> Result:
    """Check that the schedule requests each business day of `days` days once and in order.

    It is tried in zones with and without summer time, at times of day that a clock change can skip or repeat.
    """
    tally = Tally(8, "Ticks of the schedule over summer time: every business day is asked for once, in order")
    cases = [(zone, time) for zone in ZONES for time in ("02:30", "00:15", "01:59", "03:00")]
    random.Random(88).shuffle(cases)
    for number, (zone, time) in enumerate(cases[:tries]):
        data = work / f"schedule{number}"
        data.mkdir()
        (data / "authmeter.toml").write_text(f'timezone = "{zone}"\nschedule_time = "{time}"\n')
        done = subprocess.run(
            [sys.executable, "-c", SCHEDULE, str(days)], cwd=PROJECT, env=environment(AUTHMETER_DATA=str(data)),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        asked = [date.fromisoformat(line) for line in done.stdout.split()]
        in_order = bool(asked) and asked == [asked[0] + timedelta(days=n) for n in range(len(asked))]
        tally.check(in_order and len(asked) >= days - 1, f"{zone} at {time}: {len(asked)} days, {done.stderr[-200:]}")
    return tally.result(f"{days} days each")


def trial(scale: float, work: Path) -> list[Result]:
    """Try time zones of the host and of the business, and the schedule in zones with summer time."""
    return [
        host_zones(some(4, scale), work),
        business_zones(some(109, scale), work),
        schedules(some(48, scale), 400 if scale >= 0.3 else 120, work),
    ]
