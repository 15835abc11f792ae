"""Decides which messages are due: at the end of each run, and while days are late.

Each receiver gets each kind of message at most once for a day, and `weekly` once for a week: see `sent.py`. A message
that cannot be delivered does not end a run: it becomes a warning.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipelines.alerts.delivery import Workbook, all_receivers, is_set, receivers, send
from pipelines.alerts.figures import read_curve, read_headline
from pipelines.alerts.message import Kind, Message
from pipelines.alerts.sent import (
    Sent,
    claim,
    in_one_text,
    is_claimed,
    note_undelivered,
    send_once,
    undelivered,
    undelivered_texts,
)
from pipelines.alerts.week import last_sunday, read_week
from pipelines.common.days import last_closed_day, last_due_day
from pipelines.common.errors import AuthmeterError, UsageError
from pipelines.contract.settings.settings import Settings, load_settings
from pipelines.contract.status import UNDELIVERED
from pipelines.store.site_publication import last_visible_day
from pipelines.store.store import Store

if TYPE_CHECKING:
    from pipelines.contract.status import Status

# Key of the marker that is created when a weekly message becomes due; no receiver has this key.
_DUE: Final = "due"


def alert_of_end(
    data: Path, status: "Status", workbook: Workbook | None = None, reported: date | None = None
) -> str | None:
    """Send the messages that are due at the end of a run. Return the text about undelivered messages, as it is after
    that; None if there are none.

    Args:
        workbook: writes the xlsx file of the published day into a folder; for the mail of the kind `daily`.
        reported: the published day in the `status.json` of the previous run; None if there is none.
    """
    try:
        settings = load_settings(data)
    except AuthmeterError:
        # Without settings there are no receivers; the command reports the error in them.
        return undelivered(data)
    if not is_set(settings.alerts):
        texts = []
    elif status.last_run and status.last_run.error:
        if status.published:
            # The failed run may have switched the site before it failed.
            as_of = status.published.as_of
            _claim_week(data, settings, as_of, _first_unreported(data, as_of, reported))
        texts = undelivered_texts(data, [_failed(data, settings, status)], keeps_others=True)
    elif status.published:
        # All that is due is tried again, so earlier texts no longer apply.
        texts = undelivered_texts(data, _published(data, settings, status, workbook, reported))
    else:
        return undelivered(data)
    # A run that published did not fail because this note could not be written. The text is in its `status.json`.
    with suppress(OSError):
        note_undelivered(data, texts)
    return in_one_text(texts)


def _failed(data: Path, settings: Settings, status: "Status") -> Sent:
    assert status.last_run
    assert status.last_run.error
    failure, day = status.last_run.error, status.last_run.day
    day = day or last_closed_day(datetime.fromisoformat(status.written_at), settings.timezone)
    report = _report(settings)
    message = Message(
        "failed", day, day, status.state, report=report, what=failure.what, why=failure.why, to_do=[failure.do]
    )
    return send_once(data, settings, message)


def _published(
    data: Path, settings: Settings, status: "Status", workbook: Workbook | None, reported: date | None
) -> list[Sent]:
    assert status.published
    as_of, database = status.published.as_of, Store(data).database
    first = _first_unreported(data, as_of, reported)
    is_missing = any(one.check == "day_is_there" for one in status.warnings)
    # A failed delivery is not reported to the other receivers.
    is_warned = any(one.check != UNDELIVERED for one in status.warnings) or any(
        one.is_alarm for one in status.incidents
    )
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
            kind, as_of, first_reported, status.state, headline, status.warnings, status.incidents, status.problems,
            curve, report=_report(settings),
        )  # fmt: skip
        # The main message contains the warnings. So a separate warning is sent only if main messages are switched off,
        # or to receivers that got theirs from an earlier run. Receivers that refused it get it from a later run.
        refused: frozenset[str] = frozenset().union(*(one.refused for one in sent))
        one = send_once(data, settings, message, workbook if kind == "daily" else None, without=refused)
        sent.append(one)
        if kind == main and is_warned and one.accepted_by:
            # Without these markers, the next run sends the warnings again.
            with suppress(OSError):
                claim(data, "warning", as_of, one.accepted_by)
    _claim_week(data, settings, as_of, first)
    return [*sent, *_weekly(data, settings, status, last_sunday(as_of))]


def _first_unreported(data: Path, as_of: date, reported: date | None) -> date:
    # If the run before was killed after the switch of the site and before its messages, `reported` is the older day.
    known = [day for day in (Store(data).read_state().closed_before, reported) if day]
    return min(min(known) + timedelta(days=1) if known else as_of, as_of)


def _claim_week(data: Path, settings: Settings, as_of: date, first: date) -> None:
    """Mark a weekly message as due if weekly messages are on, and the days from `first` to `as_of`, which no run has
    reported, include a Sunday.
    """
    sunday = last_sunday(as_of)
    if first <= sunday and "weekly" in settings.alerts.on:
        # Even if the marker could not be flushed to disk, the next run finds it.
        with suppress(OSError):
            claim(data, "weekly", sunday, [_DUE])


def _weekly(data: Path, settings: Settings, status: "Status", sunday: date) -> Iterator[Sent]:
    """Send the weekly message of the week that ends on `sunday`, and yield it with its delivery.

    Send and yield nothing if all receivers have the message, if it was not marked as due, or if the week has no data.
    """
    to, _ = all_receivers(data, settings.alerts)
    is_open = not all(is_claimed(data, "weekly", sunday, key) for key in to.keys)
    # The message was not marked as due if weekly messages were off when the Sunday was published.
    if not is_open or not is_claimed(data, "weekly", sunday, _DUE):
        return
    if week := read_week(Store(data).database, sunday):
        message = Message(
            "weekly", sunday, week.first, status.state, incidents=status.incidents, problems=status.problems, week=week,
            report=_report(settings),
        )  # fmt: skip
        yield send_once(data, settings, message)


def _report(settings: Settings) -> str:
    return settings.address_of("index.html") or "index.html"


def alert_if_late(data: Path, now: datetime) -> bool:
    """Send the message `late` if days are due and not published. Return whether any receiver got it.

    Days that are rolled up but not on the site do not count as published.

    Raises:
        AuthmeterError: settings or manifest cannot be read.
    """
    settings = load_settings(data)
    store = Store(data)
    as_of = store.read_state().as_of
    if as_of is None:
        return False
    due = last_due_day(now, settings.timezone, settings.alerts.late_after)
    if published := last_visible_day(store, as_of):
        first = published + timedelta(days=1)
        zh, en = f"最近发布的是 {published} 的报告", f"The last published day is {published}"
    else:
        # The first run was killed between its commit and the publication.
        first, zh, en = due, "尚未发布任何报告", "Nothing is published yet"
    if due < first:
        return False
    message = Message(
        "late", due, first, "late", what=zh if settings.alerts.language == "zh" else en,
        to_do=["authmeter status", "authmeter run"], report=_report(settings),
    )  # fmt: skip
    sent = send_once(data, settings, message)
    note_undelivered(data, undelivered_texts(data, [sent], keeps_others=True))
    return bool(sent.accepted_by)


def result_of_late_alert(data: Path, *, is_sent: bool) -> str:
    """Describe the result of `alert_if_late` (`is_sent`) in words, with the stored text about undelivered messages."""
    if unsent := undelivered(data):
        return f"sent: days are late; not delivered: {unsent}" if is_sent else f"not delivered: {unsent}"
    if not is_set(load_settings(data).alerts):
        return "nothing is sent: the settings name no receiver of alerts"
    return "sent: days are late" if is_sent else "nothing to send"


def alert_test(data: Path, now: datetime) -> str | None:
    """Send a test message. Return the reason why not all receivers got it; None if all did.

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
