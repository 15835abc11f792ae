"""What the commands do, each in a few calls; how they are named and described is in `cli.py`."""

import shutil
import sys
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

from pipelines.alerts import alert_if_late, alert_test, undelivered
from pipelines.clock import require_near_day
from pipelines.dagster_home import end_runs_of_the_dead, execute, prepare
from pipelines.daily_run import open_run
from pipelines.days import FIRST_DAY, last_closed_day
from pipelines.errors import UsageError, nothing_published
from pipelines.findings import counted
from pipelines.lock import hold
from pipelines.loopback import LOOPBACK, require_free
from pipelines.scheduler import run_alone
from pipelines.settings import PROJECT, Settings, load_settings
from pipelines.status_file import failures_noted
from pipelines.store import Store
from pipelines.warehouse import open_published

WARNED = 3


def run_daily(data: Path, day: date | None, tags: dict[str, str] | None = None) -> int:
    """`authmeter run`: the daily job in this process. Gives the exit code.

    Raises:
        UsageError: the day is not over, or something of the data folder is wrong.
        AuthmeterError: the run failed.
    """
    with failures_noted(data, day):
        opened, notice = open_run(data)
    if notice:
        print(notice)
    over = last_closed_day(opened.now, opened.settings.timezone)
    if day is None:
        with failures_noted(data, over):
            require_near_day(opened.store.read_manifest(), opened.settings, over)
        day = over
    if day > over:
        raise UsageError(
            f"{day} is not over in {opened.settings.timezone}.",
            where="--day",
            why="A report never shows a part of a day.",
            do=f"Give {over} or an earlier day.",
        )
    if day < FIRST_DAY:
        raise UsageError(
            f"{day} lies before {FIRST_DAY}.",
            where="--day",
            why="No run is for a day before that one.",
            do=f"Give a day from {FIRST_DAY} to {over}.",
        )
    with hold(opened.store, "run", opened.now), failures_noted(data, day):
        execute(data, day, tags or {})
    return _closing_words(data)


def _closing_words(data: Path) -> int:
    from pipelines.status import warnings_of

    store = Store(data)
    warnings = warnings_of(store)
    for warning in warnings:
        print(f"warning: {warning.check_name}: {warning.detail_en}")
    if not_told := undelivered(data):
        print(f"warning: alerts: {not_told}")
    manifest = store.read_manifest()
    if not manifest.files:
        print(f"no log was ever found in {store.landing}; --data or AUTHMETER_DATA names another data folder")
    print(f"published as of {manifest.as_of}: {store.site / 'index.html'}")
    return WARNED if warnings or not_told else 0


def run_backfill(data: Path, first: date, last: date) -> int:
    """`authmeter backfill`: computes the days anew from stored events, then publishes as a run does."""
    from pipelines.data_folder import BACKFILL_FIRST, BACKFILL_LAST

    if last < first:
        raise UsageError(f"The span ends ({last}) before it begins ({first}).", do="Give the earlier day first.")
    manifest = Store(data).read_manifest()
    if manifest.as_of is None:
        raise nothing_published(data)
    if not any(first <= day <= last and manifest.has_events_of(day) for day in manifest.days):
        print(f"no stored day in this span, {first} to {last}: nothing of it is computed anew")
    return run_daily(data, manifest.as_of, {BACKFILL_FIRST: str(first), BACKFILL_LAST: str(last)})


def run_reread(data: Path, source: str | None, first: date | None) -> int:
    """`authmeter reread`: reads landed files again, then publishes as a run does.

    Raises:
        UsageError: there is no such source, or nothing is published yet.
    """
    from pipelines.data_folder import REREAD, REREAD_FROM, REREAD_SOURCE
    from pipelines.sources import load_sources

    manifest = Store(data).read_manifest()
    if manifest.as_of is None:
        raise nothing_published(data)
    # A source that is no more may have given files, which another one reads today.
    if source and source not in {entry.source for entry in manifest.files}:
        load_sources(data).named(source)
    given = {REREAD: "yes", REREAD_SOURCE: source, REREAD_FROM: str(first) if first else None}
    return run_daily(data, manifest.as_of, {name: value for name, value in given.items() if value})


def run_demo(data: Path) -> int:
    """`authmeter demo`: 60 days of sample logs in `data`, run; warnings do not change the exit code."""
    from pipelines.sample import write_sample

    print(f"Making 60 days of synthetic logs in {data} …")
    last_day = last_closed_day(datetime.now(UTC), Settings().timezone)
    write_sample(data, days=60, apps=8, events=20_000, seed=1, last_day=last_day)
    run_daily(data, None)
    return 0


def make_sample(out: Path, *, days: int, apps: int, events: int, seed: int, format: str, last_day: date | None) -> None:
    """`authmeter sample`."""
    from pipelines.progress import stage
    from pipelines.sample import write_sample

    last = last_day or last_closed_day(datetime.now(UTC), Settings().timezone)
    with stage("sample") as told:
        report = write_sample(
            out, days=days, apps=apps, events=events, seed=seed, format=format, last_day=last,
            progress=lambda done: told(done, days),
        )  # fmt: skip
        told.result = f"{report.files:,} files, {report.lines:,} lines in {out}"


def run_export(data: Path, app_key: str, first: date, last: date, format: str, events: bool, out: Path | None) -> None:
    """`authmeter export`: the daily detail, or with `events` the stored records, masked."""
    from pipelines.exports import export_detail, export_events, require_app

    store = Store(data)
    manifest = store.read_manifest()
    as_of = manifest.as_of or last
    published = {day for day in manifest.days if first <= day <= min(last, as_of)}
    target = (out or Path(f"{app_key}_{first}_{last}{'_events' if events else ''}.{format}")).absolute()
    if events:
        with closing(open_published(store.database)) as connection:
            require_app(connection, app_key)
        parts = [entry.part for entry in manifest.live_files() if entry.part and published & entry.days.keys()]
        temp = store.export_temp()
        try:
            rows = export_events(
                store.part_files(parts),
                app_key,
                first,
                min(last, as_of) if parts else last,
                format,
                target,
                settings=load_settings(data),
                temp=temp,
            )
        finally:
            shutil.rmtree(temp, ignore_errors=True)
    else:
        rows = export_detail(store.database, app_key, first, last, format, target)
    if not published:
        print(f"no published day between {first} and {last}")
    print(f"{counted(rows, 'row')}: {target}")


def accept_file(data: Path, path: str) -> None:
    """`authmeter accept`."""
    from pipelines.ingest import accept_held

    store = Store(data)
    with hold(store, "accept", datetime.now(UTC)):
        entry = accept_held(store, store.read_manifest(), path)
    taken = f"accepted {entry.path}: {counted(entry.accepted, 'record')}"
    print(f"{taken}; the next `authmeter run` restates the days it touches")


def run_alert(data: Path, test: bool) -> int:
    """`authmeter alert`: tells that days are late, or sends a message to try the receivers. Gives the exit code."""
    now = datetime.now(UTC)
    if not test:
        print("told that days are late" if alert_if_late(data, now) else "nothing to tell")
        return WARNED if undelivered(data) else 0
    if finding := alert_test(data, now):
        print(f"not everybody took the test message: {finding}")
        return WARNED
    print("everybody took the test message")
    return 0


def run_dev(data: Path, port: int) -> int:
    """`authmeter dev`: Dagster's web server and daemon with this data folder's instance, loopback only.

    Raises:
        AuthmeterError: another one runs on the folder, or the port is taken.
    """
    open_run(data)
    home = prepare(data)

    def before() -> None:
        # Dagster's web server would end over it, and its head wait for ever. What a killed one left has ended by now.
        require_free(port)
        end_runs_of_the_dead(data)
        page = f"http://{LOOPBACK}:{port}" if port else "a free port, which it names below,"
        print(f"Dagster on {page} for {data}; stop it with Ctrl-C.", flush=True)

    where = ["-w", str(PROJECT / "workspace.yaml"), "-h", LOOPBACK, "-p", str(port)]
    # Dagster names its next tool there, which is nothing that whoever reads this could use.
    quiet = ["-W", "ignore:Function `dev_command` is superseded"]
    return run_alone([sys.executable, *quiet, "-m", "dagster", "dev", *where], home, PROJECT, before)
