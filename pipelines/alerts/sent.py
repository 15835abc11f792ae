"""Sends a message once to each receiver, and stores the texts about messages that were not delivered.

A marker in `<data>/alerts/` claims a message for a receiver before it is sent, so that neither a crash nor a second
process sends it twice. If delivery fails, the marker is removed and the next run tries again.
"""

import os
import time
from collections.abc import Iterable, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from pipelines.alerts.delivery import Delivery, Workbook, all_receivers, combined, is_set, send
from pipelines.alerts.message import Kind, Message
from pipelines.common.files import durable
from pipelines.contract.settings.settings import Settings

# A marker is removed if it is older than this many days, and its day is not among this many newest days with a marker.
_DAYS_KEPT: Final = 40


@dataclass(frozen=True)
class Sent:
    """A message and its delivery, which is None if no receiver had to get it.

    `refused` has the keys of the receivers that should have got the message and did not.
    """

    message: Message
    delivery: Delivery | None = None
    refused: frozenset[str] = frozenset()

    @property
    def accepted_by(self) -> frozenset[str]:
        """The keys of the receivers that got the message."""
        return self.delivery.accepted_by if self.delivery else frozenset()

    @property
    def is_whole(self) -> bool:
        """Whether all receivers got the complete message; also true if there was nothing to deliver."""
        return self.delivery is None or self.delivery.is_whole


def undelivered(data: Path) -> str | None:
    """Return the stored text about messages that some receivers did not get; None if there is no such message."""
    return in_one_text(_noted(data))


def in_one_text(texts: Iterable[str]) -> str | None:
    """Return the texts about undelivered messages as one text; None if there is none."""
    return "; ".join(texts) or None


def _noted(data: Path) -> list[str]:
    """Return the stored texts about undelivered messages, one for each message."""
    try:
        return (data / "alerts" / "undelivered").read_text("utf-8").splitlines()
    except OSError:
        return []


def send_once(
    data: Path, settings: Settings, message: Message, workbook: Workbook | None = None, without: Set[str] = frozenset()
) -> Sent:
    """Send a message to all receivers that do not have it yet, except the receivers in `without`. Nothing is sent if
    the settings switch this kind of message off.
    """
    alerts = settings.alerts
    if not is_set(alerts) or message.kind not in alerts.on:
        return Sent(message)
    to, finding = all_receivers(data, alerts)
    keys = {key for key in to.keys if key not in without and not is_claimed(data, message.kind, message.day, key)}
    try:
        claimed = claim(data, message.kind, message.day, keys)
    except OSError as error:
        _release(data, message, keys)
        unkept = f"its marker could not be written: {error.strerror}"
        return Sent(message, Delivery(len(keys), finding=unkept), frozenset(keys))
    if not claimed and not finding:
        return Sent(message)
    delivery = send(data, alerts, message, to.only(claimed), workbook)
    if finding:
        delivery = combined([delivery, Delivery(1, finding=finding)])
    refused = claimed - delivery.accepted_by
    _release(data, message, refused)
    return Sent(message, delivery, refused)


def _release(data: Path, message: Message, keys: Iterable[str]) -> None:
    """Remove the markers of a message for receivers that did not get it (`keys`), so that a later run sends it."""
    for key in keys:
        with suppress(OSError):
            _marker(data, message.kind, message.day, key).unlink()


def undelivered_texts(data: Path, sent: Sequence[Sent], *, keeps_others: bool = False) -> list[str]:
    """Return the texts about messages in `sent` that some receivers did not get, which replace the stored texts. With
    `keeps_others`, the stored texts about messages of other kinds come before them.
    """
    own = tuple(f"`{one.message.kind}` of " for one in sent)
    lines = [text for text in _noted(data) if not text.startswith(own)] if keeps_others else []
    return lines + [f"`{one.message.kind}` of {one.message.day}: {one.delivery}" for one in sent if not one.is_whole]


def note_undelivered(data: Path, texts: Sequence[str]) -> None:
    """Replace the stored texts about undelivered messages.

    Raises:
        OSError: the texts could not be written.
    """
    note = data / "alerts" / "undelivered"
    if not texts:
        note.unlink(missing_ok=True)
    elif list(texts) != _noted(data):
        durable.write_file(note, "".join(f"{line}\n" for line in texts).encode())


def is_claimed(data: Path, kind: Kind, day: date, key: str) -> bool:
    """Return whether the receiver with the key `key` has the message, or another process is sending it."""
    return _marker(data, kind, day, key).exists()


def _marker(data: Path, kind: Kind, day: date, key: str) -> Path:
    return data / "alerts" / f"{day}.{kind}.{key}"


def claim(data: Path, kind: Kind, day: date, keys: Iterable[str]) -> frozenset[str]:
    """Create the marker of a message for each receiver in `keys`, and remove old markers. Return the keys whose marker
    did not exist before.

    Raises:
        OSError: a marker could not be written or flushed; some markers may exist.
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
