"""Computes the state of a data folder for programs: `<data>/status.json`, and `authmeter status --json`.

Its fields are defined in `contract/status.py`; `run_end.py` writes the file at the end of a run.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
from pydantic import ValidationError

from pipelines.alerts.sent import undelivered
from pipelines.closing.billing_warnings import published_billing_warnings
from pipelines.closing.warnings import run_checks
from pipelines.common.days import days_between, last_closed_day, stamp
from pipelines.common.errors import UsageError
from pipelines.common.files.lock import is_held, killed_work, parsed_note
from pipelines.common.text import NO_TEXT
from pipelines.contract.checks import CHECKS, NOTICE, CheckResult
from pipelines.contract.registry.registry import load_registry
from pipelines.contract.settings.settings import Settings, load_settings
from pipelines.contract.status import UNDELIVERED, Kept, LastRun, OpenIncident, Overdue, Published, Status, Warned, Work
from pipelines.incidents.acknowledging import HOW_TO_MEND, unknown_incidents, unknown_words
from pipelines.incidents.cause_words import cause_with_rates
from pipelines.incidents.published import PublishedIncident
from pipelines.incidents.words import incident_title, loss_words
from pipelines.run.bucket_warnings import bucket_warnings
from pipelines.run.incident_links import linked_incidents
from pipelines.run.site_generations import run_of_site, site_is_current
from pipelines.store.manifest import Manifest
from pipelines.store.published_file import UnreadablePublicationError, published_tables
from pipelines.store.site_publication import last_visible_day, publication_of_site
from pipelines.store.store import Store

# Number of the newest missing days that are listed; the quality page lists all.
_NAMED = 3


def status_of(
    data: Path,
    now: datetime,
    last_run: LastRun | None = None,
    checks: list[CheckResult] | None = None,
    manifest: Manifest | None = None,
) -> Status:
    """Return the state of a data folder at a time.

    Args:
        last_run: the last run; if not given, from `status.json`.
        checks: the results of the warning checks; if not given, they are made now.
        manifest: the manifest; if not given, it is read now.

    Raises:
        AuthmeterError: settings, registry or manifest cannot be read.
    """
    store, settings = Store(data), load_settings(data)
    manifest = manifest or store.read_manifest()
    status = Status(written_at=stamp(now, settings.timezone), state="ok")
    status.last_run = last_run or _last_run(data, settings.timezone)
    status.kept = Kept(events_from=manifest.events_from, days_from=manifest.days_from)
    _note_work(status, store, settings.timezone)
    if manifest.as_of and last_visible_day(store, manifest.as_of):
        status.published = _published(store, manifest, manifest.as_of)
        over, as_of = last_closed_day(now, settings.timezone), status.published.as_of
        if over > as_of:
            status.overdue = Overdue(days=(over - as_of).days, first=as_of + timedelta(days=1), last=over)
        damages: list[UnreadablePublicationError] = []
        unknown: list[Warned] = []
        if checks is None:
            registry = load_registry(store.registry, settings.timezone)
            # Warnings of packages, consoles and bills need all days, so they are read from the published file.
            of_billing: list[CheckResult] = []
            if registry.has_billing:
                with _missing_file_ignored(damages):
                    of_billing = published_billing_warnings(store.database)
            checks = run_checks(manifest, settings, registry, manifest.as_of, of_billing)
        with _missing_file_ignored(damages), published_tables(store.database) as connection:
            restated = "SELECT count(*) FILTER (restated) FROM day_quality"
            status.published.restated_days = int(connection.execute(restated).fetchall()[0][0])
            status.incidents = _open_incidents(connection, settings)
            unknown = _unknown_incidents(connection, manifest.days_from)
        status.warnings = [_warned(check) for check in checks if not check.passed]
        status.warnings += [_damaged(error) for error in damages[:1]]
        status.notices = [_warned(check) for check in checks if check.is_notice] + unknown
    status.warnings += bucket_warnings(store, settings)
    note_alerts(status, undelivered(data))
    return status


def last_status(data: Path) -> Status:
    """Return the state in `status.json`, as the last run wrote it.

    Raises:
        OSError: the file cannot be read; it is missing until a run has ended.
        ValueError: the file is damaged.
    """
    return Status.model_validate_json((data / "status.json").read_bytes())


def note_alerts(status: Status, unsent: str | None) -> None:
    """Set the warning about undelivered messages in `status` to the text `unsent`, or remove it if that is None, and
    update the state.
    """
    status.warnings = [warning for warning in status.warnings if warning.check != UNDELIVERED]
    if unsent:
        status.warnings.append(
            Warned(
                check=UNDELIVERED,
                severity="warn",
                day=None,
                detail_en=unsent,
                detail_zh="有提醒未能送达",
                do="Check whether the receivers can be reached: `authmeter alert --test`.",
            )
        )
    status.count_problems()
    _set_state(status)


def _warned(check: CheckResult) -> Warned:
    return Warned(
        check=check.check_name, severity=check.severity, day=check.day, detail_en=check.detail.en,
        detail_zh=check.detail.zh, do=CHECKS[check.check_name].to_do,
    )  # fmt: skip


def _last_run(data: Path, zone: str) -> LastRun | None:
    try:
        noted = json.loads((data / "status.json").read_bytes())
        if not noted["last_run"]:
            return None
        last = LastRun.model_validate(noted["last_run"])
        last.ended_at = stamp(datetime.fromisoformat(last.ended_at), zone)
        return last
    except (OSError, ValueError, KeyError, TypeError, ValidationError):
        return None


def _published(store: Store, manifest: Manifest, as_of: date) -> Published:
    """Return the publication that readers see: the manifest's, or, if its site is not complete, that of the site."""
    generated_at, run = str(manifest.generated_at), manifest.run
    site = None if site_is_current(store, manifest) else publication_of_site(store.site)
    if site and site.as_of <= as_of:
        as_of, generated_at, run = site.as_of, site.generated_at, run_of_site(store) or run
    days = sorted(day for day in manifest.days if day <= as_of)
    missing = [day for day in days_between(days[0], as_of) if day not in manifest.days] if days else []
    return Published(
        as_of=as_of,
        generated_at=generated_at,
        run=run,
        time_zone=str(manifest.time_zone),
        days=len(days),
        missing_days=len(missing),
        newest_missing_days=missing[-_NAMED:],
        restated_days=None,
        late_records=manifest.late_records.total(),
    )


@contextmanager
def _missing_file_ignored(damages: list[UnreadablePublicationError]) -> Iterator[None]:
    """Ignore the error of a published file that is missing or from an older version, because the next run makes the
    file. Add the error of a damaged file to `damages`.
    """
    try:
        yield
    except UsageError:
        pass
    except UnreadablePublicationError as error:
        damages.append(error)


def _damaged(error: UnreadablePublicationError) -> Warned:
    return Warned(
        check="published_file", severity="warn", day=None, detail_en=f"{error.what} {error.why}",
        detail_zh="已发布的数据库文件无法读取，其中的异常和告警无从得知；站点页面不受影响", do=error.do,
    )  # fmt: skip


def _open_incidents(connection: duckdb.DuckDBPyConnection, settings: Settings) -> list[OpenIncident]:
    return [
        _open_incident(one, link, settings.address_of(link))
        for one, link in linked_incidents(connection)
        if one.is_open and one.is_independent
    ]


def _open_incident(one: PublishedIncident, link: str, url: str | None) -> OpenIncident:
    row = one.incident
    title = incident_title(row, one.called, one.channels)
    reason = cause_with_rates(row, one.cause_app_name, one.channels) or NO_TEXT
    loss = loss_words(row, one.as_of, one.channels) or NO_TEXT
    return OpenIncident(
        incident_id=row.incident_id, kind=row.kind, metric=row.metric, app_key=row.app_key, channel=row.channel,
        first_day=row.first_day, days=row.days, level_before=row.level_before, level_now=row.level_now,
        lost=row.lost, cause=row.cause.cell, text_en=one.text.en, text_zh=one.text.zh, title_en=title.en,
        title_zh=title.zh, reason_en=reason.en, reason_zh=reason.zh, loss_en=loss.en, loss_zh=loss.zh, link=link,
        url=url, notes=[one.note.text] if one.note else [], acknowledged=one.is_acknowledged,
    )  # fmt: skip


def _unknown_incidents(connection: duckdb.DuckDBPyConnection, days_from: date | None) -> list[Warned]:
    """Return a notice if notes have an incident id that no published incident has, else an empty list."""
    notes = connection.execute("SELECT incident_id, day FROM notes WHERE incident_id IS NOT NULL").fetchall()
    ids = unknown_incidents(connection, notes, days_from)
    words = unknown_words(ids)
    notice = Warned(
        check="unknown_incidents", severity=NOTICE, day=None, detail_en=words.en, detail_zh=words.zh, do=HOW_TO_MEND
    )
    return [notice] if ids else []


def _note_work(status: Status, store: Store, zone: str) -> None:
    """Set `running` to the work that the lock file names. If no process holds the lock, set `interrupted` to the work
    that a killed process did not finish.
    """
    try:
        text, is_running = _read_lock(store)
        note = parsed_note(text)
        work = Work.model_validate(note if is_running else killed_work(note))
        work.since = stamp(datetime.fromisoformat(work.since), zone)
    except (OSError, ValueError):
        return
    if is_running:
        status.running = work
    else:
        status.interrupted = work


def _read_lock(store: Store) -> tuple[bytes, bool]:
    """Return the note in the lock file, and whether a process holds the lock."""
    while True:
        note, is_running = store.lock.read_bytes(), is_held(store.lock)
        # A process that ended in between removed its note first.
        if is_running or store.lock.read_bytes() == note:
            return note, is_running


def _set_state(status: Status) -> None:
    """Set `state` to the worst state that applies, and `to_do` to texts about what to do, most urgent first."""
    status.to_do = []
    failed = status.last_run is not None and status.last_run.result == "failed"
    if failed and status.last_run and status.last_run.error:
        status.to_do.append(f"{status.last_run.error.what} {status.last_run.error.do}".strip())
    if status.interrupted:
        status.to_do.append(f"`{status.interrupted.doing}` was killed: run `authmeter run`, which continues its work.")
    if status.published is None:
        status.to_do.append("Nothing is published yet: run `authmeter run`.")
    if status.overdue.days:
        first, last = status.overdue.first, status.overdue.last
        said = f"{last} is overdue" if first == last else f"{first} to {last} are overdue"
        status.to_do.append(f"Run `authmeter run`: {said}.")
    status.to_do += [f"{warning.check}: {warning.do}" for warning in status.warnings]
    if any(one.is_alarm for one in status.incidents):
        status.to_do.append(
            "Look into the open incidents: `authmeter incidents`. To acknowledge one, add the line on its card to "
            "registry/notes.csv. The next run reads it."
        )
    status.state = (
        "failed" if failed or status.interrupted
        else "empty" if status.published is None
        else "late" if status.overdue.days
        else "warning" if status.is_warned
        else "ok"
    )  # fmt: skip
