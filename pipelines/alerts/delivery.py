"""Sending an alert: a command is called, receivers get it, each within its time.

Lives here: who the receivers are, and how a message reaches them. Does not belong here: when one is due (`due.py`).
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from pipelines.alerts.message import Message
from pipelines.common.errors import UsageError
from pipelines.common.project import PROJECT
from pipelines.common.rights import keep_private
from pipelines.contract.settings.settings import AlertSettings

# A receiver or a command that takes longer is given up.
SECONDS = 20


# So long the sender itself may take to start.
_START = 15


# Not for the eyes of a command: it has no use for them.
_SECRETS = ("AUTHMETER_HASH_KEY", "AUTHMETER_ALERT_URLS")


def receivers(data: Path, alerts: AlertSettings) -> dict[int, str]:
    """The addresses of the receivers: from `AUTHMETER_ALERT_URLS`, else from the file of the settings, by line number.

    Raises:
        UsageError: the file is not there, or others than its owner may read it. The message never holds its content.
    """
    text = os.environ.get("AUTHMETER_ALERT_URLS", "")
    if not text and alerts.urls_file:
        file = data / alerts.urls_file
        try:
            keep_private(
                file, "The file with the addresses of the alerts", "An address holds the token of its receiver."
            )
            text = file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            found = error.strerror if isinstance(error, OSError) else "It is not UTF-8 text"
            raise UsageError(
                f"The file with the addresses of the alerts cannot be read: {found}.",
                where=str(file),
                why="No alert can be sent.",
                do="Make it readable for the user that runs authmeter, or take urls_file out of [alerts].",
            ) from None
    return {
        number: line.strip()
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.lstrip().startswith("#")
    }


@dataclass(frozen=True)
class Delivery:
    """How many were to get a message, how many got it, and why not all; never an address."""

    receivers: int = 0
    delivered: int = 0
    finding: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether all of them took it."""
        return self.delivered == self.receivers

    def __str__(self) -> str:
        took = f"{self.delivered} of {self.receivers} receivers took it"
        return f"{took}; {self.finding}" if self.finding else took


def is_set(alerts: AlertSettings) -> bool:
    """Whether the settings name anybody who is to get messages."""
    return bool(alerts.command or alerts.urls_file or os.environ.get("AUTHMETER_ALERT_URLS"))


def send(data: Path, alerts: AlertSettings, message: Message) -> Delivery:
    """Sends a message to the command and to every receiver of the settings."""
    found = []
    if alerts.command:
        text = json.dumps(message.as_json(alerts.language), ensure_ascii=False)
        found.append(_call(list(alerts.command), text, data))
    try:
        urls = receivers(data, alerts)
    except UsageError as error:
        found.append(Delivery(1, 0, error.what))
    else:
        if urls:
            found.append(_post(urls, message, alerts))
    return Delivery(
        sum(one.receivers for one in found), sum(one.delivered for one in found),
        "; ".join(one.finding for one in found if one.finding),
    )  # fmt: skip


def _call(command: list[str], text: str, data: Path) -> Delivery:
    """Runs the command with the message on its stdin; what it prints is not kept."""
    environment = {name: value for name, value in os.environ.items() if name not in _SECRETS}
    try:
        done = subprocess.run(
            command, input=text.encode(), cwd=data, env=environment, timeout=SECONDS, check=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Delivery(1, 0, f"the command took more than {SECONDS} seconds")
    except OSError as error:
        return Delivery(1, 0, f"the command could not be started: {error.strerror}")
    return Delivery(1, 1) if done.returncode == 0 else Delivery(1, 0, f"the command ended with {done.returncode}")


def _post(urls: dict[int, str], message: Message, alerts: AlertSettings) -> Delivery:
    """Sends to the receivers from a process of its own, which is ended when it takes too long."""
    given = {
        "urls": list(urls.values()), "title": message.title(alerts.language), "body": message.body(alerts.language),
        "is_bad": message.kind not in ("daily", "test"), "seconds": SECONDS,
    }  # fmt: skip
    environment = {name: value for name, value in os.environ.items() if name not in _SECRETS}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pipelines.alerts.sender"], input=json.dumps(given).encode(), cwd=PROJECT,
            env=environment, timeout=SECONDS + _START, check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        answer = json.loads(done.stdout)
        unknown = [number for number, is_known in zip(urls, answer["known"], strict=True) if not is_known]
        return Delivery(len(urls), int(answer["delivered"]), _not_known(unknown))
    except subprocess.TimeoutExpired:
        return Delivery(len(urls), 0, f"no answer within {SECONDS} seconds")
    except (OSError, ValueError, TypeError, KeyError):
        return Delivery(len(urls), 0, "the sender could not be run")


def _not_known(lines: list[int]) -> str:
    """Which lines hold no address that is known; the address itself stands nowhere."""
    if not lines:
        return ""
    which = "line " if len(lines) == 1 else "lines "
    return f"no address that is known, or not a whole one: {which}{', '.join(map(str, lines))} of the addresses"
