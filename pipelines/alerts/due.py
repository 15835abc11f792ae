"""Decides which message is due after a run that published, failed or is late, and sends it once.

Each kind is sent once a day, `weekly` once a week. A marker in `<data>/alerts/` claims a message for a receiver before
it is sent, so that neither a crash nor a second process sends it twice. If delivery fails, the marker is removed and
the next run tries again. The text is in `message.py`. Failures here never end a run; they become a warning.
"""

import os
import time
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipelines.alerts.delivery import Delivery, Workbook, all_receivers, is_set, receivers, send, together
from pipelines.alerts.figures import read_curve, read_headline
from pipelines.alerts.message import Kind, Message
from pipelines.alerts.week import last_sunday, read_week
from pipelines.common.days import last_closed_day, last_due_day
from pipelines.common.errors import AuthmeterError, UsageError
from pipelines.common.files import durable
from pipelines.contract.settings.settings import Settings, load_settings
from pipelines.store.site_publication import publication_of_site
from pipelines.store.store import Store

if TYPE_CHECKING:
    from pipelines.contract.status import Status

# Key of the marker for a weekly message that is still to be sent; no receiver has this key.
_DUE: Final = "due"
# Number of newest days whose markers are kept, and days for which each marker is kept.
_DAYS_KEPT = 40


@dataclass(frozen=True)
class Sent:
    """A message and its delivery, which is None if the message is switched off or every receiver already has it.

    `refused` has the keys of the receivers that were tried and did not get it.
    """

    message: Message
    delivery: Delivery | None = None
    refused: frozenset[str] = frozenset()

    @property
    def took(self) -> frozenset[str]:
        """The keys of the receivers that got it."""
        return self.delivery.took if self.delivery else frozenset()

    @property
    def is_whole(self) -> bool:
        """Whether all receivers got the complete message; also true if there was nothing to deliver."""
        return self.delivery is None or self.delivery.is_whole


def alert_of_end(data: Path, status: "Status", workbook: Workbook | None = None) -> bool:
    """Send the messages that are due at the end of a run. Return whether the stored text about undelivered messages
    changed.

    Args:
        workbook: writes the xlsx file of the published day into a folder.
    """
    before = undelivered(data)
    try:
        settings = load_settings(data)
    except AuthmeterError:
        # Without settings there are no receivers; the command reports the error in them.
        return False
    if not is_set(settings.alerts):
        _note(data, [])
    elif status.last_run and status.last_run.error:
        _note(data, [_failed(data, settings, status)], _noted(data))
    elif status.published:
        # All that is due is tried again, so earlier texts no longer apply.
        _note(data, _published(data, settings, status, workbook))
    return undelivered(data) != before


def _failed(data: Path, settings: Settings, status: "Status") -> Sent:
    assert status.last_run
    assert status.last_run.error
    failure, day = status.last_run.error, status.last_run.day
    day = day or last_closed_day(datetime.fromisoformat(status.written_at), settings.timezone)
    report = _report(settings)
    message = Message(
        "failed", day, day, status.state, report=report, what=failure.what, why=failure.why, to_do=[failure.do]
    )
    return _send_once(data, settings, message)


def _published(data: Path, settings: Settings, status: "Status", workbook: Workbook | None) -> list[Sent]:
    assert status.published
    as_of, database = status.published.as_of, Store(data).database
    closed_before = Store(data).read_state().closed_before
    first = min(closed_before + timedelta(days=1) if closed_before else as_of, as_of)
    warnings = [(one.check, one.detail_zh, one.detail_en) for one in status.warnings]
    is_missing = any(check == "day_is_there" for check, _, _ in warnings)
    # A failed delivery is not reported to the other receivers.
    is_warned = any(check != "alerts" for check, _, _ in warnings) or any(one.is_alarm for one in status.incidents)
    # A missing day has no figures, so its late message takes the place of the daily one.
    main: Kind = "late" if is_missing and "late" in settings.alerts.on else "daily"
    wanted: Sequence[Kind] = (main, "warning") if is_warned else (main,)
    headline = read_headline(database)
    first_reported = first
    if main == "late" and headline.newest_day:
        # If several days were closed together, the first ones may have data.
        first_reported = max(first, headline.newest_day + timedelta(days=1))
    curve = read_curve(database, status.incidents[0].incident_id) if status.incidents else None
    sent: list[Sent] = []
    for kind in wanted:
        message = Message(
            kind, as_of, first_reported, status.state, headline, warnings, status.incidents, status.problems, curve,
            report=_report(settings),
        )  # fmt: skip
        # The main message contains the warnings: a separate warning is sent only to receivers for which the main one is
        # off or was sent by an earlier run. Those that refused the main one get it from a later run.
        refused: frozenset[str] = frozenset().union(*(one.refused for one in sent))
        one = _send_once(data, settings, message, workbook, without=refused)
        sent.append(one)
        if kind == main and is_warned and one.took:
            _claim(data, "warning", as_of, one.took)
    sunday = last_sunday(as_of)
    if first <= sunday and "weekly" in settings.alerts.on:
        _claim(data, "weekly", sunday, [_DUE])
    return [*sent, *_weekly(data, settings, status, sunday)]


def _weekly(data: Path, settings: Settings, status: "Status", sunday: date) -> Iterator[Sent]:
    """Send the weekly message of the week that ends on a Sunday, and yield it with its delivery.

    Nothing is sent if all receivers have it, if the week has no data, or if weekly messages were off when the Sunday
    was published.
    """
    to, _ = all_receivers(data, settings.alerts)
    is_open = any(not _marker(data, "weekly", sunday, key).exists() for key in to.keys)
    if not is_open or not _marker(data, "weekly", sunday, _DUE).exists():
        return
    if week := read_week(Store(data).database, sunday):
        message = Message(
            "weekly", sunday, week.first, status.state, incidents=status.incidents, problems=status.problems, week=week,
            report=_report(settings),
        )  # fmt: skip
        yield _send_once(data, settings, message)


def _report(settings: Settings) -> str:
    return settings.address_of("index.html") or "index.html"


def alert_if_late(data: Path, now: datetime) -> bool:
    """Report days that are due and not published; return whether any receiver got the message.

    Days that are rolled up but not on the site do not count as published.

    Raises:
        AuthmeterError: settings or manifest cannot be read.
    """
    settings = load_settings(data)
    store = Store(data)
    as_of, site = store.read_state().as_of, publication_of_site(store.site)
    if as_of is None:
        return False
    due = last_due_day(now, settings.timezone, settings.alerts.late_after)
    if site or store.database.is_file():
        as_of = min(as_of, site.as_of) if site else as_of
        first = as_of + timedelta(days=1)
        zh, en = f"最近发布的是 {as_of} 的报告", f"The last published day is {as_of}"
    else:
        # The first run was killed between its commit and the publication.
        first, zh, en = due, "尚未发布任何报告", "Nothing is published yet"
    if due < first:
        return False
    message = Message(
        "late", due, first, "late", what=zh if settings.alerts.language == "zh" else en,
        to_do=["authmeter status", "authmeter run"], report=_report(settings),
    )  # fmt: skip
    sent = _send_once(data, settings, message)
    _note(data, [sent], _noted(data))
    return bool(sent.took)


def alert_test(data: Path, now: datetime) -> str | None:
    """Send a test message; return why not all receivers got it, or None.

    Raises:
        UsageError: there is no receiver, or the file with the addresses cannot be used.
    """
    settings = load_settings(data)
    day = last_closed_day(now, settings.timezone)
    text = "这是一条测试消息" if settings.alerts.language == "zh" else "This is a test message"
    # Raises the error for an unreadable file, which `all_receivers` would only return.
    receivers(data, settings.alerts)
    to, _ = all_receivers(data, settings.alerts)
    if not to.keys:
        raise UsageError(
            "The settings name no receiver of alerts.",
            where="[alerts] in authmeter.toml",
            why="A test message cannot be sent.",
            do="Set command or urls_file there, or the variable AUTHMETER_ALERT_URLS.",
        )
    delivery = send(data, settings.alerts, Message("test", day, day, "ok", what=text), to)
    return None if delivery.is_whole else str(delivery)


def undelivered(data: Path) -> str | None:
    """Return the stored text about messages that some receivers did not get; None if there are none."""
    return "; ".join(_noted(data)) or None


def _noted(data: Path) -> list[str]:
    """Return the stored texts about undelivered messages, one for each message."""
    try:
        return (data / "alerts" / "undelivered").read_text("utf-8").splitlines()
    except OSError:
        return []


def _send_once(
    data: Path, settings: Settings, message: Message, workbook: Workbook | None = None, without: Set[str] = frozenset()
) -> Sent:
    """Send a message, if the settings want it, to all receivers that have not got it, except those in `without`."""
    alerts = settings.alerts
    if not is_set(alerts) or message.kind not in alerts.on:
        return Sent(message)
    to, finding = all_receivers(data, alerts)
    claimed = _claim(data, message.kind, message.day, [key for key in to.keys if key not in without])
    if not claimed and not finding:
        return Sent(message)
    delivery = send(data, alerts, message, to.only(claimed), workbook)
    if finding:
        delivery = together([delivery, Delivery(1, finding=finding)])
    refused = claimed - delivery.took
    for key in refused:
        _marker(data, message.kind, message.day, key).unlink(missing_ok=True)
    return Sent(message, delivery, refused)


def _note(data: Path, sent: Sequence[Sent], kept: Iterable[str] = ()) -> None:
    """Store the texts about messages in `sent` that some receivers did not get, after the texts in `kept` about
    messages of other kinds. All other stored texts are removed.
    """
    own = tuple(f"`{one.message.kind}` of " for one in sent)
    lines = [text for text in kept if not text.startswith(own)]
    lines += [f"`{one.message.kind}` of {one.message.day}: {one.delivery}" for one in sent if not one.is_whole]
    note = data / "alerts" / "undelivered"
    if not lines:
        note.unlink(missing_ok=True)
    elif lines != _noted(data):
        durable.write_file(note, "".join(f"{line}\n" for line in lines).encode())


def _marker(data: Path, kind: Kind, day: date, key: str) -> Path:
    return data / "alerts" / f"{day}.{kind}.{key}"


def _claim(data: Path, kind: Kind, day: date, keys: Iterable[str]) -> frozenset[str]:
    """Create the marker of a message for each receiver in `keys`. Return the keys whose marker did not exist before.
    Old markers are removed.
    """
    folder = data / "alerts"
    folder.mkdir(parents=True, exist_ok=True)
    claimed = set()
    for key in keys:
        with suppress(FileExistsError):
            os.close(os.open(_marker(data, kind, day, key), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644))
            claimed.add(key)
    if claimed:
        durable.sync_folder(folder)
    markers = sorted(folder.glob("????-??-??.*"))
    kept = sorted({marker.name[:10] for marker in markers})[-_DAYS_KEPT:]
    since = time.time() - timedelta(days=_DAYS_KEPT).total_seconds()
    for old in markers:
        # A marker of an old day can be new: a run for that day may fail again.
        with suppress(FileNotFoundError):
            if old.name[:10] not in kept and old.stat().st_mtime < since:
                old.unlink()
    return frozenset(claimed)
