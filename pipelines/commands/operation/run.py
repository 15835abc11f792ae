"""`authmeter run`: runs the daily job in this process."""

from datetime import date
from pathlib import Path

from pipelines.closing.machine_clock import require_closed_day, require_near_day
from pipelines.commands.misplaced_logs import misplaced_logs
from pipelines.common.days import last_closed_day
from pipelines.common.errors import WARNED
from pipelines.reading.files.landing import IGNORED_KINDS, has_any_file
from pipelines.run.daily_run import open_run
from pipelines.run.run_end import failures_noted, held_for_run
from pipelines.run.status import last_status
from pipelines.store.store import Store


def run_daily(data: Path, day: date | None, tags: dict[str, str] | None = None) -> int:
    """Run the daily job in this process and return the exit code: 3 if there are warnings, else 0.

    If `day` is None, the job runs for the last day that is over. `tags` can request a backfill or a reread, see
    `orchestration/folder.py`.

    Raises:
        UsageError: the day is not over, or the data folder has an error.
        AuthmeterError: the run failed.
    """
    with failures_noted(data, day):
        opened, notice = open_run(data)
        has_files = bool(opened.manifest.files)
    if notice:
        print(notice)
    over = last_closed_day(opened.now, opened.settings.timezone)
    if day is None:
        with failures_noted(data, over):
            require_near_day(opened.manifest, opened.settings, over)
        day = over
    require_closed_day(day, opened.now, opened.settings.timezone, "--day")
    with held_for_run(opened, day), failures_noted(data, day):
        from pipelines.orchestration.in_process import run_in_process

        run_in_process(data, opened, day, tags or {})
    return _print_result(opened.store, has_files)


def _print_result(store: Store, has_files: bool) -> int:
    status = last_status(store.data)
    for warning in status.warnings:
        print(f"warning: {warning.check}: {warning.detail.en}")
    for notice in status.notices:
        print(f"notice: {notice.check}: {notice.detail.en}")
    for one in status.incidents:
        print(f"incident: {one.text_en}{' (acknowledged)' if one.acknowledged else ''}")
    if not has_files:
        _print_no_logs(store)
    print(f"published as of {store.read_state().as_of}: {store.site / 'index.html'}")
    return WARNED if status.is_warned else 0


def _print_no_logs(store: Store) -> None:
    """Print a hint if the folder never had a log: logs may have names that are ignored, or be in another folder."""
    manifest = store.read_manifest()
    if manifest.files or manifest.unread_files:
        return
    if has_any_file(store.landing):
        print(f"nothing in {store.landing} is read: {IGNORED_KINDS} are ignored")
    elif not manifest.unreadable:
        do = misplaced_logs(store) or "; --data or AUTHMETER_DATA names another data folder"
        print(f"no run has found a log in {store.landing}{do}")
