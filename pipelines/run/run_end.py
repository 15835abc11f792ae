"""The end of a run, also of a failed one: writes `status.json` in one step, and sends the alerts that are due."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from pipelines.alerts.due import alert_of_end
from pipelines.alerts.sent import undelivered
from pipelines.common.days import Window, local_time, stamp
from pipelines.common.errors import AuthmeterError, InUseError, unforeseen
from pipelines.common.files import durable
from pipelines.common.files.lock import hold
from pipelines.common.process.ending import end_noticed
from pipelines.common.process.machine_limits import as_machine_error
from pipelines.contract.checks import CheckResult
from pipelines.contract.record.masking import masked_text
from pipelines.contract.settings.settings import load_settings
from pipelines.contract.status import Failure, LastRun, Status
from pipelines.run.daily_run import DailyRun
from pipelines.run.status import last_status, note_alerts, status_of
from pipelines.store.manifest import Manifest
from pipelines.store.store import Store


def note_end(
    data: Path,
    now: datetime,
    day: date | None,
    error: AuthmeterError | None,
    checks: list[CheckResult] | None = None,
    manifest: Manifest | None = None,
) -> None:
    """Write `status.json` at the end of a run, and send the alerts that are due.

    Args:
        checks: the results of the run's checks; without them, the checks are made now.
        manifest: the run's manifest; without it, it is read now.
    """
    failure = None
    if error:
        where, do = error.where, masked_text(error.do)
        failure = Failure(what=masked_text(error.what), where=where, why=error.why, do=do)
    ended_at = stamp(now, _zone(data))
    last = LastRun(ended_at=ended_at, day=day, result="failed" if error else "done", error=failure)
    try:
        status = status_of(data, now, last, checks, manifest)
    except AuthmeterError:
        # The run failed because of settings or manifest, without which the rest of the status cannot be computed.
        status = Status(written_at=ended_at, state="failed", last_run=last, to_do=[failure.do] if failure else [])
    status.running = None
    reported = _reported(data)
    durable.write_file(data / "status.json", status.as_json().encode())
    day_of_workbook = status.published.as_of if status.published else None
    workbook = partial(write_day_workbook, Store(data).database, day_of_workbook) if day_of_workbook else None
    before = undelivered(data)
    if (unsent := alert_of_end(data, status, workbook, reported)) != before:
        note_alerts(status, unsent)
        durable.write_file(data / "status.json", status.as_json().encode())


@contextmanager
def failures_noted(data: Path, day: date | None) -> Iterator[None]:
    """Write an exception of the `with` block to `status.json`, send the alerts that are due, and raise the exception.

    An error of the machine, such as a full disk, is raised as an `AuthmeterError` that explains it. If another process
    uses the folder (`InUseError`), nothing is written or sent.
    """
    try:
        with end_noticed():
            yield
    except InUseError:
        raise
    except Exception as error:
        known = _known(error, data)
        # On a full disk the note cannot be written either; the error itself must reach the user.
        with suppress(OSError):
            note_end(data, datetime.now(UTC), day, known or unforeseen(error, str(data)))
        if known and known is not error:
            raise known from error
        raise


@contextmanager
def held_for_run(run: DailyRun, day: date | None) -> Iterator[None]:
    """Lock the data folder for a run, as `hold` does. A failure to lock is noted, see `failures_noted`."""
    with ExitStack() as held:
        with failures_noted(run.store.data, day):
            held.enter_context(hold(run.store.lock, "run", local_time(run.now, run.settings.timezone)))
        yield


def failure_of(error: Exception, data: Path) -> AuthmeterError:
    """Return the error to show for an exception that ended a run."""
    return _known(error, data) or unforeseen(error, str(data))


def _known(error: Exception, data: Path) -> AuthmeterError | None:
    return error if isinstance(error, AuthmeterError) else as_machine_error(error, str(data))


def _reported(data: Path) -> date | None:
    # A missing or damaged file is written anew.
    with suppress(OSError, ValueError):
        published = last_status(data).published
        return published.as_of if published else None
    return None


def _zone(data: Path) -> str:
    try:
        return load_settings(data).timezone
    except AuthmeterError:
        # Unreadable settings ended the run, and the status is written in spite of that.
        return "UTC"


def write_day_workbook(database: Path, day: date, folder: Path) -> Path:
    """Write the rows of `usage_daily` of a day as an xlsx file into a folder; return its path.

    Raises:
        AuthmeterError: nothing is published, or the rows do not fit in a sheet.
    """
    # Imported lazily: a run without mails writes no workbook.
    from reports.export.tables import TableRequest, export_table

    target = folder / f"authmeter_usage_{day}.xlsx"
    export_table(database, TableRequest("usage_daily", Window(day, day), "xlsx", target))
    return target
