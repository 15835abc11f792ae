"""Alerts: when a run published, failed or is late, a command is called or receivers are told, once a day and kind.

Lives here: what is due, to whom, and that it is told once. A marker in `<data>/alerts/` claims a message before it is
sent, so that a crash or a second process cannot send it twice; where nobody took it, the marker goes, and the next run
tries again. What a message says is in `alert_message.py`. Nothing here ends a run: what goes wrong is a warning.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pipelines import durable
from pipelines.alert_message import Kind, Message, read_headline
from pipelines.days import last_closed_day
from pipelines.errors import AuthmeterError, UsageError
from pipelines.settings import PROJECT, AlertSettings, Settings, load_settings
from pipelines.store import Store

if TYPE_CHECKING:
    from pipelines.status_fields import Status

# A receiver or a command that takes longer is given up.
SECONDS = 20
# So long the sender itself may take to start.
_START = 15
_MARKERS_KEPT = 40
# Not for the eyes of a command: it has no use for them.
_SECRETS = ("AUTHMETER_HASH_KEY", "AUTHMETER_ALERT_URLS")


def receivers(data: Path, alerts: AlertSettings) -> dict[int, str]:
    """The addresses of the receivers: from `AUTHMETER_ALERT_URLS`, else from the file of the settings, by line number.

    Raises:
        UsageError: the file is not there, or others than its owner may read it. It is told without its content.
    """
    text = os.environ.get("AUTHMETER_ALERT_URLS", "")
    if not text and alerts.urls_file:
        file = data / alerts.urls_file
        try:
            if file.stat().st_mode & 0o077:
                raise UsageError(
                    "Others than its owner may read the file with the addresses of the alerts.",
                    where=str(file),
                    why="An address holds the token of its receiver.",
                    do=f"chmod 600 {file}",
                )
            text = file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            found = error.strerror if isinstance(error, OSError) else "It is not UTF-8 text"
            raise UsageError(
                f"The file with the addresses of the alerts cannot be read: {found}.",
                where=str(file),
                why="Nobody can be told.",
                do="Make it readable for the user that runs authmeter, or take urls_file out of [alerts].",
            ) from None
    return {
        number: line.strip()
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.lstrip().startswith("#")
    }


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
    if status.last_run and status.last_run.error:
        failure, day = status.last_run.error, status.last_run.day
        day = day or last_closed_day(datetime.fromisoformat(status.written_at), settings.timezone)
        _tell(
            data,
            settings,
            Message("failed", day, day, status.state, what=failure.what, why=failure.why, to_do=[failure.do]),
        )
    elif status.published:
        as_of = status.published.as_of
        closed_before = Store(data).read_manifest().closed_before
        first = closed_before + timedelta(days=1) if closed_before else as_of
        warnings = [(one.check, one.detail_zh, one.detail_en) for one in status.warnings]
        is_missing = any(check == "day_is_there" for check, _, _ in warnings)
        wanted: Sequence[Kind] = ("late",) if is_missing else ("daily", "warning") if warnings else ("daily",)
        headline = read_headline(Store(data).database)
        for kind in wanted:
            # The message of the day has its warnings in it: they come apart where it is not wanted, or was sent.
            if _tell(data, settings, Message(kind, as_of, min(first, as_of), status.state, headline, warnings)):
                if kind == "daily" and warnings:
                    _claim(data, "warning", as_of)
                break


def alert_if_late(data: Path, now: datetime) -> bool:
    """Tells that days are over and not published, from the time of `late_after` on; gives whether it told.

    Raises:
        AuthmeterError: settings or manifest cannot be read.
    """
    settings = load_settings(data)
    as_of, over = Store(data).read_manifest().as_of, last_closed_day(now, settings.timezone)
    clock = now.astimezone(ZoneInfo(settings.timezone)).strftime("%H:%M")
    if as_of is None or over <= as_of or clock < settings.alerts.late_after:
        return False
    zh, en = f"最近发布的是 {as_of} 的报告", f"The last published day is {as_of}"
    message = Message(
        "late", over, as_of + timedelta(days=1), "late", what=zh if settings.alerts.language == "zh" else en,
        to_do=["authmeter status", "authmeter run"],
    )  # fmt: skip
    return _tell(data, settings, message)


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
            "Nobody is to be told.",
            where="[alerts] in authmeter.toml",
            why="A test message would go nowhere.",
            do="Set command or urls_file there, or the variable AUTHMETER_ALERT_URLS.",
        )
    delivery = _send(data, settings.alerts, Message("test", day, day, "ok", what=text))
    return None if delivery.is_whole else str(delivery)


def undelivered(data: Path) -> str | None:
    """What could not be delivered, in words; None where all was."""
    try:
        return (data / "alerts" / "undelivered").read_text("utf-8").strip() or None
    except OSError:
        return None


@dataclass(frozen=True)
class _Delivery:
    """How many were to be told, how many were, and why not all; never an address."""

    receivers: int = 0
    delivered: int = 0
    finding: str = ""

    @property
    def is_whole(self) -> bool:
        return self.delivered == self.receivers

    def __str__(self) -> str:
        took = f"{self.delivered} of {self.receivers} receivers took it"
        return f"{took}; {self.finding}" if self.finding else took


def _tell(data: Path, settings: Settings, message: Message) -> bool:
    """Sends a message that is wanted and was not sent; gives whether anybody was told."""
    alerts = settings.alerts
    if not _is_set(alerts) or message.kind not in alerts.on or not _claim(data, message.kind, message.day):
        return False
    delivery = _send(data, alerts, message)
    note = data / "alerts" / "undelivered"
    if delivery.is_whole:
        note.unlink(missing_ok=True)
    else:
        durable.write_file(note, f"`{message.kind}` of {message.day}: {delivery}\n".encode())
    if not delivery.delivered:
        _marker(data, message.kind, message.day).unlink(missing_ok=True)
    return bool(delivery.delivered)


def _is_set(alerts: AlertSettings) -> bool:
    return bool(alerts.command or alerts.urls_file or os.environ.get("AUTHMETER_ALERT_URLS"))


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


def _send(data: Path, alerts: AlertSettings, message: Message) -> _Delivery:
    found = []
    if alerts.command:
        text = json.dumps(message.as_json(alerts.language), ensure_ascii=False)
        found.append(_call(list(alerts.command), text, data))
    try:
        urls = receivers(data, alerts)
    except UsageError as error:
        found.append(_Delivery(1, 0, error.what))
    else:
        if urls:
            found.append(_post(urls, message, alerts))
    return _Delivery(
        sum(one.receivers for one in found), sum(one.delivered for one in found),
        "; ".join(one.finding for one in found if one.finding),
    )  # fmt: skip


def _call(command: list[str], text: str, data: Path) -> _Delivery:
    """Runs the command with the message on its stdin; what it prints is not kept."""
    environment = {name: value for name, value in os.environ.items() if name not in _SECRETS}
    try:
        done = subprocess.run(
            command, input=text.encode(), cwd=data, env=environment, timeout=SECONDS, check=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return _Delivery(1, 0, f"the command took more than {SECONDS} seconds")
    except OSError as error:
        return _Delivery(1, 0, f"the command could not be started: {error.strerror}")
    return _Delivery(1, 1) if done.returncode == 0 else _Delivery(1, 0, f"the command ended with {done.returncode}")


def _post(urls: dict[int, str], message: Message, alerts: AlertSettings) -> _Delivery:
    """Has the receivers told in a process of its own, which is ended when it takes too long."""
    given = {
        "urls": list(urls.values()), "title": message.title(alerts.language), "body": message.body(alerts.language),
        "is_bad": message.kind not in ("daily", "test"), "seconds": SECONDS,
    }  # fmt: skip
    environment = {name: value for name, value in os.environ.items() if name not in _SECRETS}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pipelines.alert_sender"], input=json.dumps(given).encode(), cwd=PROJECT,
            env=environment, timeout=SECONDS + _START, check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        answer = json.loads(done.stdout)
        unknown = [number for number, is_known in zip(urls, answer["known"], strict=True) if not is_known]
        return _Delivery(len(urls), int(answer["delivered"]), _not_known(unknown))
    except subprocess.TimeoutExpired:
        return _Delivery(len(urls), 0, f"no answer within {SECONDS} seconds")
    except (OSError, ValueError, TypeError, KeyError):
        return _Delivery(len(urls), 0, "the sender could not be run")


def _not_known(lines: list[int]) -> str:
    """Which addresses are none, by their lines: an address itself is told nowhere."""
    if not lines:
        return ""
    which = "line " if len(lines) == 1 else "lines "
    return f"no address that is known, or not a whole one: {which}{', '.join(map(str, lines))} of the addresses"
