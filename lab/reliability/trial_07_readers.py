"""Promise 7: readers never see half of a publication. The real command publishes again and again and is sometimes
killed, while four reader processes read without a pause.

- A reader of the site resolves the link `site` once, as a server does for a page. It reads `manifest.json` and, for up
  to a second and a half, other files: each must have the digest in the manifest.
- A reader through the link opens `site/<file>` each time: the file must belong to a published generation, and never to
  an older one than it saw before.
- A browser opens the briefing from `authmeter serve`, and within a second all files that the page loads. They must
  exist, and belong to the generation of the page.
- A reader of the tables opens the DuckDB file: its sums must agree, and its run must never be older than before.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import multiprocessing
import os
import random
import re
import shutil
import signal
import time
import urllib.request
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from multiprocessing.process import BaseProcess
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from pathlib import Path
from queue import Empty

import duckdb

from lab.reliability.harness import Result, Tally, some
from lab.reliability.trial_01_killed import RUN, start
from tests.data.small_logs import DAY, REGISTRY, log, span
from tests.support import DataFolder, days_before, morning_after

# One sum, computed in three ways: by app, by channel, and in the trend.
AGREE = """
    SELECT
        (SELECT sum(number_verifications) FROM usage_daily),
        (SELECT sum(verifications) FROM channel_daily WHERE channel IN ('one_click', 'local_verify')),
        (SELECT coalesce(sum(authorizations), 0) FROM login_trend WHERE app_key = '*' AND window_days = 7),
        (SELECT coalesce(sum(authorizations), 0) FROM login_trend_summary WHERE app_key = '*' AND window_days = 7),
        (SELECT sum(records_accepted - duplicates) FROM day_quality),
        (SELECT sum(records) FROM outcome_daily),
        (SELECT count(*) FROM publication)
"""
KINDS = ("generation", "link", "browser", "tables")
Reads = tuple[str, int, list[str]]
"""The kind of a reader, the number of its reads, and its failures."""


def trial(scale: float, work: Path) -> list[Result]:
    """Publish in 50 rounds at full scale, in three ways in turn: twice within a second, by a killed command, by a whole
    command.
    """
    runs = some(50, scale, 3)
    folder = DataFolder(work / "data")
    folder.write("registry/apps.csv", REGISTRY)
    draw = random.Random(7)
    for day in span(DAY, 8):
        folder.land(f"{day}/log.ndjson", log(draw, [day], 40))
    folder.publish(DAY, morning_after(DAY))
    context = multiprocessing.get_context("spawn")
    stop, results = context.Event(), context.Queue()
    readers = [
        context.Process(target=read_on, args=(kind, str(folder.root), seed, stop, results), daemon=True)
        for seed, kind in enumerate(KINDS)
    ]
    for reader in readers:
        reader.start()
    killed = 0
    for number in range(runs):
        folder.land(f"late/{number}.ndjson", log(draw, span(DAY, 8), 5, ids=400))
        if number % 3 == 0:
            # In this process and at once: publications that follow each other within a second.
            folder.publish(DAY, morning_after(days_before(DAY, -1 - number)))
            folder.land(f"late/{number}-again.ndjson", log(draw, span(DAY, 8), 5, ids=400))
            folder.publish(DAY, morning_after(days_before(DAY, -1 - number)) + timedelta(seconds=1))
            continue
        process = start(RUN, folder.root)
        if number % 3 == 1:
            with contextlib.suppress(Exception):
                process.wait(draw.uniform(2, 6))
            if process.poll() is None:
                killed += 1
                os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    time.sleep(2)
    stop.set()
    tallies = {
        "generation": Tally(7, "files read within 1.5 s in the folder that `site` led to: whole and of one generation"),
        "link": Tally(
            7, "pages, scripts and CSV files opened by their public path: whole, published, never going back"
        ),
        "browser": Tally(7, "a page from `authmeter serve` and, within a second, what it loads: of one generation"),
        "tables": Tally(7, "the DuckDB file opened read-only: whole, its tables agree, never going back"),
    }
    for reader in readers:
        for kind, tries, failures in _results(reader, results):
            tallies[kind].tried(tries)
            for failure in failures:
                tallies[kind].failed(failure)
    shutil.rmtree(work / "data")
    return [tallies[kind].result(f"{runs} publishing rounds, {killed} killed") for kind in KINDS]


def _results(reader: BaseProcess, results: Queue[Reads]) -> list[Reads]:
    try:
        return [results.get(timeout=60)]
    except Empty:
        return [("generation", 1, [f"a reader died with {reader.exitcode}"])]


def read_on(kind: str, root: str, seed: int, stop: Event, results: Queue[Reads]) -> None:
    """Read as a reader of the given kind until `stop` is set. Then put the kind, the number of reads and the failures
    in `results`.
    """
    draw, data = random.Random(seed), Path(root)
    # Only the wanted reader is created: a browser starts a server, which lives until it is closed.
    browser = Browser(data) if kind == "browser" else None
    others: dict[str, Callable[[], Callable[[Path, random.Random], int]]] = {
        "generation": lambda: read_generation,
        "link": lambda: ThroughLink().read,
        "tables": lambda: Tables().read,
    }
    reader = browser.read if browser else others[kind]()
    tries, failures = 0, []
    while not stop.is_set():
        try:
            tries += reader(data, draw)
        except Exception as error:
            tries += 1
            failures.append(f"{kind} after {tries} reads: {type(error).__name__}: {error}")
            if len(failures) > 50:
                break
    if browser:
        browser.close()
    results.put((kind, tries, failures))


def read_generation(data: Path, draw: random.Random) -> int:
    """Read files of the current generation for up to a second and a half, and return their number."""
    folder = Path(os.path.realpath(data / "site"))
    manifest = json.loads((folder / "manifest.json").read_bytes())
    until, tries = time.monotonic() + draw.uniform(0, 1.5), 0
    while True:
        entry = draw.choice(manifest["files"])
        content = (folder / entry["path"]).read_bytes()
        tries += 1
        if hashlib.sha256(content).hexdigest() != entry["sha256"] or len(content) != entry["bytes"]:
            raise AssertionError(f"{folder.name}/{entry['path']} is not what its manifest says")
        if time.monotonic() > until:
            return tries
        time.sleep(0.01)


class ThroughLink:
    """Reads files through the link `site`, and compares them with the digests of every generation."""

    def __init__(self) -> None:
        self._digests: dict[str, dict[str, int]] = {}
        self._seen: dict[str, int] = {}
        self._known: set[str] = set()

    def read(self, data: Path, draw: random.Random) -> int:
        self._learn(data)
        paths = sorted(path for path in self._digests if not path.startswith("assets/"))
        path = draw.choice(paths)
        content = (data / "site" / path).read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if digest not in self._digests[path]:
            self._learn(data)
        place = self._digests[path].get(digest)
        if place is None:
            raise AssertionError(f"site/{path} is of no published generation")
        if place < self._seen.get(path, 0):
            raise AssertionError(f"site/{path} went back from generation {self._seen[path]} to {place}")
        self._seen[path] = place
        return 1

    def _learn(self, data: Path) -> None:
        """Store the digests of files of new generations, each with the run of its generation.

        If a file has the same digest in two generations, the newer run counts.
        """
        for folder in (data / ".site").iterdir():
            if folder.name in self._known or folder.name.startswith(".") or not (folder / "manifest.json").exists():
                continue
            manifest = json.loads((folder / "manifest.json").read_bytes())
            self._known.add(folder.name)
            for entry in manifest["files"]:
                places = self._digests.setdefault(entry["path"], {})
                places[entry["sha256"]] = max(int(folder.name[:8]), places.get(entry["sha256"], 0))


class Browser:
    """Loads pages from its own server on the data folder."""

    def __init__(self, data: Path) -> None:
        self._server = start(("serve", "--port", "0"), data)
        assert self._server.stdout
        while not (found := re.search(r"http://127\.0\.0\.1:\d+/", self._server.stdout.readline())):
            assert self._server.poll() is None, "the server did not come up"
        self._address = found[0]

    def read(self, data: Path, draw: random.Random) -> int:
        page = self._get("index.html").decode()
        loaded = re.findall(r'(?:src|href)="((?:assets|data)/[^"]+\.(?:js|css)(?:\?v=\w+)?)"', page)
        versions = {name.partition("?v=")[2] for name in loaded if "?v=" in name}
        if len(versions) != 1 or len(loaded) < 4:
            raise AssertionError(f"the page loads {loaded}")
        time.sleep(draw.uniform(0, 1 / len(loaded)))
        (folder,) = (data / ".site").glob(f"[0-9]*-{versions.pop()}")
        if page.encode() != (folder / "index.html").read_bytes():
            raise AssertionError(f"the page is not that of {folder.name}")
        for name in loaded:
            path = name.partition("?")[0]
            if self._get(name) != (folder / path).read_bytes():
                raise AssertionError(f"{path} is not of {folder.name}")
        return 1 + len(loaded)

    def close(self) -> None:
        """Stop the server."""
        self._server.terminate()
        self._server.communicate()

    def _get(self, path: str) -> bytes:
        with urllib.request.urlopen(self._address + path, timeout=60) as answer:
            return bytes(answer.read())


class Tables:
    """Reads the DuckDB file. Its sums must agree, and its run must not be older than at the previous read."""

    def __init__(self) -> None:
        self._run = 0

    def read(self, data: Path, draw: random.Random) -> int:
        with closing(duckdb.connect(str(data / "warehouse" / "authmeter.duckdb"), read_only=True)) as connection:
            ((run,),) = connection.execute("SELECT run FROM publication").fetchall()
            time.sleep(draw.uniform(0, 0.05))
            ((one, two, three, four, five, six, published),) = connection.execute(AGREE).fetchall()
        if run < self._run:
            raise AssertionError(f"the tables went back from run {self._run} to {run}")
        self._run = run
        if not (one == two and three == four and five == six and published == 1):
            raise AssertionError(
                f"the tables of run {run} do not agree: {(one, two, three, four, five, six, published)}"
            )
        return 1
