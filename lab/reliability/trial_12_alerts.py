"""Promise 12, alerts: each kind is sent once a day, even if processes die or hang, and no token of an address is stored
or printed anywhere.

A receiver on loopback gets the messages; it can also be absent, hang, or answer with an error. Processes are killed
between the record of an alert and its message, and several runs end at the same time.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from lab.reliability.harness import PROJECT, Result, Tally, some
from pipelines.alerts import delivery
from pipelines.alerts.due import alert_if_late, alert_of_end
from pipelines.alerts.sent import undelivered
from pipelines.common.errors import AuthmeterError
from pipelines.contract.status import Failure, LastRun, Status
from pipelines.run.run_end import note_end
from pipelines.run.status import status_of
from tests.support import DAY, DataFolder, morning_after, records

TOKEN = "tok3nOfTheReceiver"
# Seconds that the product waits for a receiver, plus the start of a process on a busy machine.
PATIENCE = 60


@contextmanager
def receiver(status: int = 200, hangs: bool = False) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Start a receiver on loopback. Yield its address, and the list of messages that it gets.

    It answers each message with the HTTP status `status`, or only after a minute if it `hangs`.
    """
    got: list[dict[str, Any]] = []
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            if hangs:
                ended.wait(PATIENCE)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"json://user:{TOKEN}@127.0.0.1:{server.server_port}/{TOKEN}", got
        finally:
            ended.set()
            server.shutdown()


def nobody() -> str:
    """Return an address on which no receiver listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"json://user:{TOKEN}@127.0.0.1:{probe.getsockname()[1]}/{TOKEN}"


def published(work: Path, name: str, urls: str, extra: str = "") -> DataFolder:
    """Return a folder with two published days a week apart, and alerts to the address `urls`. `extra` is added to the
    settings.
    """
    folder = DataFolder(work / name)
    folder.land("a.ndjson", records(100, DAY - timedelta(days=7), stage="login") + records(90, stage="login"))
    folder.write("authmeter.toml", f'[alerts]\nurls_file = "alerts.urls"\nlanguage = "en"\n{extra}')
    folder.write("alerts.urls", f"# one a line\n{urls}\n").chmod(0o600)
    folder.tables()
    return folder


def ended(folder: DataFolder) -> None:
    """Record the end of a run that succeeded."""
    note_end(folder.root, morning_after(DAY), DAY, None)


def failed(folder: DataFolder) -> None:
    """Record the end of a run that failed."""
    note_end(
        folder.root,
        morning_after(DAY),
        DAY,
        AuthmeterError("The disk is full.", where="/x", why="w.", do="Free space."),
    )


def once(scale: float, work: Path) -> Result:
    """Check that each kind of alert is sent once a day, however many runs end."""
    tally = Tally(12, "alerts: published, failed and late days are told to a receiver on loopback once a day and kind")
    for number in range(some(5, scale)):
        with receiver() as (url, got):
            folder = published(work, f"once-{number}", url)
            for _ in range(3):
                ended(folder)
                failed(folder)
                alert_if_late(folder.root, morning_after(DAY + timedelta(days=2)) + timedelta(hours=9))
            titles = sorted(message["title"] for message in got)
            late = [DAY + timedelta(days=n) for n in (1, 2)]
            tally.check(
                titles == [
                    f"{DAY:%m-%d}: nothing found, but too few days of data to compare with: 2",
                    f"❗{late[0]:%m-%d} to {late[1]:%m-%d} not published yet",
                    f"❗Run for {DAY:%m-%d} failed",
                ],
                f"{titles}",
            )  # fmt: skip
            body = next((message["message"] for message in got if "nothing found" in message["title"]), "")
            tally.check("One-click" in body and "90 (-10.0% on last week)" in body, f"figures: {body}")
            tally.check("Free space." in str(got), "what to do about the failure is not told")
            tally.check(not alert_if_late(folder.root, morning_after(DAY + timedelta(days=1))), "late before its hour")
    return tally.result()


def unreachable(scale: float, work: Path) -> Result:
    """Try receivers that are absent, refuse or hang. The alert must become a warning, and a later run must send it."""
    tally = Tally(
        12, "alerts: a receiver that is away, refuses or hangs: a warning within its time, told by a later run"
    )
    for number in range(some(3, scale)):
        for name in ("away", "refuses", "hangs"):
            with receiver(500 if name == "refuses" else 200, hangs=name == "hangs") as (url, _):
                folder = published(work, f"{name}-{number}", nobody() if name == "away" else url)
                begun = time.monotonic()
                with shorter():
                    ended(folder)
                tally.check(time.monotonic() - begun < PATIENCE, f"{name}: took {time.monotonic() - begun:.0f} s")
            warned = undelivered(folder.root) or ""
            tally.check("0 of 1" in warned, f"{name}: {warned!r}")
            state = status_of(folder.root, datetime.now(UTC))
            tally.check(any(one.check == "alerts" for one in state.warnings), f"{name}: not in the status")
            tally.check(not any(TOKEN in text for text in texts(folder)), f"{name}: the token is in a file")
            with receiver() as (url, got):
                folder.write("alerts.urls", url).chmod(0o600)
                ended(folder)
                tally.check(len(got) == 1 and undelivered(folder.root) is None, f"{name}: not told later: {got}")
    return tally.result("the wait is cut to 3 seconds for this trial")


@contextmanager
def shorter() -> Iterator[None]:
    """Shorten the time that the product waits for a receiver to three seconds."""
    before, delivery.RECEIVER_TIMEOUT_SECONDS = delivery.RECEIVER_TIMEOUT_SECONDS, 3
    try:
        yield
    finally:
        delivery.RECEIVER_TIMEOUT_SECONDS = before


def texts(folder: DataFolder) -> Iterator[str]:
    """Yield the content of every file in the folder except the file with the addresses."""
    for file in folder.root.rglob("*"):
        if file.is_file() and file.name != "alerts.urls":
            yield file.read_bytes().decode("latin-1")


_TELLER = """
import sys
from pathlib import Path
from pipelines.alerts.due import alert_of_end
from pipelines.contract.status import Status
status = Status.model_validate_json(sys.stdin.readline())
print("ready", flush=True)
alert_of_end(Path(sys.argv[1]), status)
"""


def killed(folder: DataFolder, status: Status, after: float) -> None:
    """Start a process that sends the alert of a run's end, and kill it `after` seconds later."""
    line = [sys.executable, "-c", _TELLER, str(folder.root)]
    with subprocess.Popen(line, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin
        assert child.stdout
        child.stdin.write(status.model_dump_json() + "\n")
        child.stdin.flush()
        child.stdout.readline()
        time.sleep(after)
        child.kill()


def claimed(scale: float, work: Path) -> Result:
    """Check that no alert is sent twice if its process is killed before the message, or if several runs end at the same
    time.
    """
    tally = Tally(12, "alerts: processes killed while they tell, and many that end at once: no message twice")
    with receiver() as (url, got):
        folder = published(work, "claimed", url)
        status = Status(written_at="2026-03-11T02:30:00+08:00", state="failed")
        for number in range(some(20, scale, 2)):
            day = DAY + timedelta(days=number)
            status.last_run = LastRun(
                ended_at="", day=day, result="failed", error=Failure(what="w", where="", why="", do="d")
            )
            if number % 2:
                killed(folder, status, 0.02 * (number % 40))
            with ThreadPoolExecutor(3) as pool:
                list(pool.map(lambda _, status=status: alert_of_end(folder.root, status), range(3)))
            time.sleep(0.5)
            same = [message for message in got if f"{day:%m-%d}" in message["title"]]
            least = 0 if number % 2 else 1
            tally.check(least <= len(same) <= 1, f"{day}: told {len(same)} times")
    return tally.result()


def commanded(scale: float, work: Path) -> Result:
    """Check that a command gets the message as JSON and not the hash key, and that addresses that others may read are
    refused.
    """
    tally = Tally(
        12, "alerts: a command with the message as JSON on stdin; what it may not see; a file that others may read"
    )
    for number in range(some(3, scale)):
        out = work / f"said-{number}.json"
        code = f"open({str(out)!r}, 'w').write(sys.stdin.read()); sys.exit('AUTHMETER_HASH_KEY' in os.environ)"
        command = json.dumps([sys.executable, "-c", f"import os, sys; {code}"])
        folder = published(work, f"command-{number}", "", f"command = {command}\n")
        os.environ["AUTHMETER_HASH_KEY"] = "x" * 32
        try:
            ended(folder)
        finally:
            del os.environ["AUTHMETER_HASH_KEY"]
        message = json.loads(out.read_text("utf-8"))
        tally.check(undelivered(folder.root) is None, f"{undelivered(folder.root)}")
        tally.check((message["kind"], message["day"]) == ("daily", str(DAY)), str(message))
        figure = message["figures"]["one_click_verifications"]
        tally.check((figure["value"], figure["week_before"]) == (90, 100), str(figure))
        (folder.root / "alerts.urls").chmod(0o644)
        failed(folder)
        tally.check(
            "can be read or changed by others" in (undelivered(folder.root) or ""), f"{undelivered(folder.root)}"
        )
    return tally.result()


def trial(scale: float, work: Path) -> list[Result]:
    """Try everything about alerts."""
    return [once(scale, work), unreachable(scale, work), claimed(scale, work), commanded(scale, work)]
