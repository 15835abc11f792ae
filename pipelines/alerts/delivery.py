"""Reads the addresses of the receivers, and sends messages to them and to the alert command, with time limits.

`due.py` decides when a message is due; `sender.py` is the process that sends to the addresses.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from pipelines.alerts.forms import forms_of
from pipelines.alerts.message import Message
from pipelines.common.errors import AuthmeterError, UsageError
from pipelines.common.files.rights import require_private
from pipelines.common.project import PROJECT
from pipelines.contract.settings.settings import AlertSettings

# Time limit for each receiver, and for the command.
RECEIVER_TIMEOUT_SECONDS = 20


# Seconds that the sender's process may take to start.
_SENDER_START_SECONDS = 15


# Removed from the environment of the command and of the sender's process, which do not need them.
_SECRETS = ("AUTHMETER_HASH_KEY", "AUTHMETER_ALERT_URLS")

# The key of the command among the receivers.
_COMMAND: Final = "command"

Workbook = Callable[[Path], Path]
"""Writes a workbook into a folder and returns its path."""


def receivers(data: Path, alerts: AlertSettings) -> dict[int, str]:
    """Return the receivers' addresses by line number, from `AUTHMETER_ALERT_URLS` or else from the setting `urls_file`.

    Raises:
        UsageError: the file is missing or unreadable, or users other than its owner may read it. The message never
            contains an address.
    """
    text = os.environ.get("AUTHMETER_ALERT_URLS", "")
    if not text and alerts.urls_file:
        file = data / alerts.urls_file
        try:
            require_private(
                file, "The file with the addresses of the alerts", "An address contains the token of its receiver."
            )
            text = file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            found = error.strerror if isinstance(error, OSError) else "It is not UTF-8 text"
            raise UsageError(
                f"The file with the addresses of the alerts cannot be read: {found}.",
                where=str(file),
                why="No alert can be sent.",
                do="Make it readable for the user that runs authmeter, or remove urls_file from [alerts].",
            ) from None
    return {
        number: line.strip()
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.lstrip().startswith("#")
    }


@dataclass(frozen=True)
class Delivery:
    """The result of sending a message.

    `receivers` is the number of receivers that should get the message. `finding` is a text about the errors; it is
    empty if there were none, and never contains an address.
    """

    receivers: int = 0
    accepted_by: frozenset[str] = frozenset()
    """Keys of the receivers that got it."""
    finding: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether all receivers got the complete message."""
        return len(self.accepted_by) == self.receivers and not self.finding

    def __str__(self) -> str:
        took = f"{len(self.accepted_by)} of {self.receivers} receivers accepted it"
        return f"{took}; {self.finding}" if self.finding else took


@dataclass(frozen=True)
class Receivers:
    """The receivers of messages.

    `command` is the alert command, empty if none is set. `urls` maps the key of each address (see `_key`) to its line
    number and the address.
    """

    command: tuple[str, ...] = ()
    urls: Mapping[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def keys(self) -> list[str]:
        """The keys of all receivers, the alert command's first."""
        return [*([_COMMAND] if self.command else []), *self.urls]

    def only(self, keys: Collection[str]) -> "Receivers":
        """Return the receivers with one of these keys."""
        urls = {key: one for key, one in self.urls.items() if key in keys}
        return Receivers(self.command if _COMMAND in keys else (), urls)


def is_set(alerts: AlertSettings) -> bool:
    """Return whether an alert command, a file with addresses or the variable `AUTHMETER_ALERT_URLS` is set."""
    return bool(alerts.command or alerts.urls_file or os.environ.get("AUTHMETER_ALERT_URLS"))


def all_receivers(data: Path, alerts: AlertSettings) -> tuple[Receivers, str]:
    """Return all receivers and an empty text. If the file with the addresses cannot be read, return only the command,
    and the reason.
    """
    finding, urls = "", {}
    try:
        urls = receivers(data, alerts)
    except UsageError as error:
        finding = error.what
    return Receivers(alerts.command, {_key(url): (number, url) for number, url in urls.items()}), finding


def send(
    data: Path, alerts: AlertSettings, message: Message, to: Receivers, workbook: Workbook | None = None
) -> Delivery:
    """Send a message to the command and the addresses in `to`.

    Args:
        workbook: writes the xlsx file of the day into a folder. Mails have the file attached if the setting `attach` is
            on.
    """
    found = []
    if to.command:
        text = json.dumps(message.as_json(alerts.language), ensure_ascii=False)
        found.append(_call(list(to.command), text, data))
    if to.urls:
        with ExitStack() as stack:
            is_wanted = alerts.attach and workbook and any(url.startswith("mailto") for _, url in to.urls.values())
            attached, finding = _attached(workbook, stack) if workbook and is_wanted else ("", "")
            found += [_post(to.urls, message, alerts, attached), Delivery(finding=finding)]
    return combined(found)


def combined(found: Sequence[Delivery]) -> Delivery:
    """Combine deliveries to different receivers: add up the counts, and join keys and findings."""
    return Delivery(
        sum(one.receivers for one in found), frozenset().union(*(one.accepted_by for one in found)),
        "; ".join(one.finding for one in found if one.finding),
    )  # fmt: skip


def _key(url: str) -> str:
    """Return an anonymous key of an address: its hash, cut so short that the address cannot be recovered."""
    return hashlib.sha256(url.encode()).hexdigest()[:8]


def _attached(workbook: Workbook, stack: ExitStack) -> tuple[str, str]:
    """Write the day's workbook into a temporary folder that `stack` removes. Return its path and an empty text, or an
    empty path and the reason for its absence.
    """
    try:
        return str(workbook(Path(stack.enter_context(TemporaryDirectory(prefix="authmeter-"))))), ""
    except (AuthmeterError, OSError) as error:
        return "", f"the xlsx file could not be attached: {getattr(error, 'what', type(error).__name__)}"


def _call(command: list[str], text: str, data: Path) -> Delivery:
    """Run the alert command with the message `text` on its stdin, in the folder `data`. Its output is discarded."""
    environment = {name: value for name, value in os.environ.items() if name not in _SECRETS}
    try:
        done = subprocess.run(
            command, input=text.encode(), cwd=data, env=environment, timeout=RECEIVER_TIMEOUT_SECONDS, check=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Delivery(1, finding=f"the command took more than {RECEIVER_TIMEOUT_SECONDS} seconds")
    except OSError as error:
        return Delivery(1, finding=f"the command could not be started: {error.strerror}")
    if done.returncode:
        return Delivery(1, finding=f"the command ended with {done.returncode}")
    return Delivery(1, frozenset({_COMMAND}))


def _post(urls: Mapping[str, tuple[int, str]], message: Message, alerts: AlertSettings, attached: str) -> Delivery:
    """Send the message to the addresses `urls` (as in `Receivers`) from a separate process, within a time limit.

    `attached` is the path of a file that mails have attached; empty for none.
    """
    language = alerts.language
    given = {
        "urls": [url for _, url in urls.values()], "is_bad": message.is_bad, "attach": attached,
        "seconds": RECEIVER_TIMEOUT_SECONDS,
        "forms": forms_of(message.title.of(language), message.lines, language),
    }  # fmt: skip
    environment = {name: value for name, value in os.environ.items() if name not in _SECRETS}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pipelines.alerts.sender"], input=json.dumps(given).encode(), cwd=PROJECT,
            env=environment, timeout=RECEIVER_TIMEOUT_SECONDS + _SENDER_START_SECONDS, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        answer = json.loads(done.stdout)
        lines = [number for number, _ in urls.values()]
        unknown = [number for number, is_known in zip(lines, answer["known"], strict=True) if not is_known]
        took = [key for key, is_taken in zip(urls, answer["delivered"], strict=True) if is_taken]
        refused = [number for key, (number, _) in urls.items() if key not in took and number not in unknown]
        words = (_of_lines("unknown or incomplete address", unknown), _of_lines("not accepted", refused))
        return Delivery(len(urls), frozenset(took), "; ".join(filter(None, words)))
    except subprocess.TimeoutExpired:
        return Delivery(len(urls), finding=f"no answer within {RECEIVER_TIMEOUT_SECONDS} seconds")
    except (OSError, ValueError, TypeError, KeyError):
        return Delivery(len(urls), finding="the sending process could not be started")


def _of_lines(what: str, lines: list[int]) -> str:
    """Return a finding with the numbers of the lines of addresses, without the addresses; empty if there is no line."""
    if not lines:
        return ""
    which = "line " if len(lines) == 1 else "lines "
    return f"{what}: {which}{', '.join(map(str, lines))} of the addresses"
