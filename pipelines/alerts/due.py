"""Alerts: which message is due when a run published, failed or is late; each kind once a day.

Lives here: what is due, and that it is sent once. A marker in `<data>/alerts/` claims a message before it is
sent, so that a crash or a second process cannot send it twice; where nobody took it, the marker goes, and the next run
tries again. What a message says is in `message.py`. Nothing here ends a run: what goes wrong is a warning.
"""

import os
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.alerts.delivery import is_set, receivers, send
from pipelines.alerts.message import Kind, Message, read_headline
from pipelines.common import durable
from pipelines.common.days import last_closed_day, last_due_day
from pipelines.common.errors import AuthmeterError, UsageError
from pipelines.contract.settings.settings import Settings, load_settings
from pipelines.store.store import Store

if TYPE_CHECKING:
    from pipelines.contract.status import Status

_MARKERS_KEPT = 40


def alert_of_end(data: Path, status: "Status") -> bool:
    """Tells of the end of a run, as far as the settings ask for it; gives whether `undelivered` changed."""
    before = undelivered(data)
    _alert_of_end(data, status)
    return undelivered(data) != before


def _alert_of_end(data: Path, status: "Status") -> None:
    try:
        settings = load_settings(data)
    except AuthmeterError:
        # Without settings nobody knows whom to tell; the command says what is wrong with them.
        return
    if not is_set(settings.alerts):
        return
    if status.last_run and status.last_run.error:
        failure, day = status.last_run.error, status.last_run.day
        day = day or last_closed_day(datetime.fromisoformat(status.written_at), settings.timezone)
        _send_once(
            data,
            settings,
            Message("failed", day, day, status.state, what=failure.what, why=failure.why, to_do=[failure.do]),
        )
    elif status.published:
        as_of = status.published.as_of
        closed_before = Store(data).read_state().closed_before
        first = closed_before + timedelta(days=1) if closed_before else as_of
        warnings = [(one.check, one.detail_zh, one.detail_en) for one in status.warnings]
        is_missing = any(check == "day_is_there" for check, _, _ in warnings)
        wanted: Sequence[Kind] = ("late",) if is_missing else ("daily", "warning") if status.is_warned else ("daily",)
        headline = read_headline(Store(data).database)
        for kind in wanted:
            message = Message(kind, as_of, min(first, as_of), status.state, headline, warnings, status.incidents)
            # The message of the day has its warnings in it: they come apart where it is not wanted, or was sent.
            if _send_once(data, settings, message):
                if kind == "daily" and status.is_warned:
                    _claim(data, "warning", as_of)
                break


def alert_if_late(data: Path, now: datetime) -> bool:
    """Reports days that are due and not published; whether it sent a message.

    Raises:
        AuthmeterError: settings or manifest cannot be read.
    """
    settings = load_settings(data)
    as_of = Store(data).read_state().as_of
    due = last_due_day(now, settings.timezone, settings.alerts.late_after)
    if as_of is None or due <= as_of:
        return False
    zh, en = f"最近发布的是 {as_of} 的报告", f"The last published day is {as_of}"
    message = Message(
        "late", due, as_of + timedelta(days=1), "late", what=zh if settings.alerts.language == "zh" else en,
        to_do=["authmeter status", "authmeter run"],
    )  # fmt: skip
    return _send_once(data, settings, message)


def alert_test(data: Path, now: datetime) -> str | None:
    """Sends a message that tells of nothing, whatever was sent before; gives why not everybody took it, or None.

    Raises:
        UsageError: nobody is named, or the file with the addresses cannot be used.
    """
    settings = load_settings(data)
    day = last_closed_day(now, settings.timezone)
    text = "这是一条测试消息" if settings.alerts.language == "zh" else "This is a test message"
    if not settings.alerts.command and not receivers(data, settings.alerts):
        raise UsageError(
            "There is nobody to send alerts to.",
            where="[alerts] in authmeter.toml",
            why="A test message would go nowhere.",
            do="Set command or urls_file there, or the variable AUTHMETER_ALERT_URLS.",
        )
    delivery = send(data, settings.alerts, Message("test", day, day, "ok", what=text))
    return None if delivery.is_whole else str(delivery)


def undelivered(data: Path) -> str | None:
    """What could not be delivered, in words; None where all was."""
    try:
        return (data / "alerts" / "undelivered").read_text("utf-8").strip() or None
    except OSError:
        return None


def _send_once(data: Path, settings: Settings, message: Message) -> bool:
    """Sends a message that is wanted and was not sent; whether anybody got it."""
    alerts = settings.alerts
    if not is_set(alerts) or message.kind not in alerts.on or not _claim(data, message.kind, message.day):
        return False
    delivery = send(data, alerts, message)
    note = data / "alerts" / "undelivered"
    if delivery.is_whole:
        note.unlink(missing_ok=True)
    else:
        durable.write_file(note, f"`{message.kind}` of {message.day}: {delivery}\n".encode())
    if not delivery.delivered:
        _marker(data, message.kind, message.day).unlink(missing_ok=True)
    return bool(delivery.delivered)


def _marker(data: Path, kind: Kind, day: date) -> Path:
    return data / "alerts" / f"{day}.{kind}"


def _claim(data: Path, kind: Kind, day: date) -> bool:
    """Makes the message this process's to send; False where it was sent, or another process is at it."""
    folder = data / "alerts"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        os.close(os.open(_marker(data, kind, day), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644))
    except FileExistsError:
        return False
    durable.sync_folder(folder)
    for old in sorted(folder.glob("????-??-??.*"))[:-_MARKERS_KEPT]:
        old.unlink(missing_ok=True)
    return True
