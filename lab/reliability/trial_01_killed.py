"""Promise 1: commands that are killed at any moment leave a folder that the next run completes.

The real command is killed with its process group, one to six times on the same folder, each time in a random stage.
Then one clean run follows, and the folder is compared with one whose commands were never killed: tables, stored Parquet
files, the site, exports, and the names of all files. Times may differ.

The system calls of runs without a kill show whether each file was flushed before it got its name.
"""

from __future__ import annotations

import hashlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from lab.reliability.durable_names import HAS_STRACE, faults_of, traced
from lab.reliability.harness import PROJECT, Result, Tally, some
from pipelines.contract.tables.tables import TABLES
from pipelines.store.manifest import Manifest
from pipelines.store.store import Store
from reports.build.site import render_site
from reports.export.exports import ExportRequest, export_detail
from tests.data.small_logs import DAY, REGISTRY, log, span
from tests.support import KEY, DataFolder, days_before, morning_after, records, writable

STAGES = ("ingest", "roll up", "marts", "site")
RUN = ("run", "--day", str(DAY))
BASE_DAY = days_before(DAY, 2)
# Times of reading and generation may differ.
TIMES = ("generated_at", "first_read_at")
# Dagster's record lists every run, also killed ones; `status.json` has the time it was written.
_NOT_COMPARED = ("dagster/", "landing/", "warehouse/.lock", "status.json", "warehouse/status.json")


@dataclass
class Scenario:
    """Commands on a data folder.

    Attributes:
        is_published: whether the folder already has published days.
        deliver: changes the folder before the commands run, such as by new log files.
        stages: begin and end of each stage in seconds, measured in the run without a kill.
    """

    name: str
    is_published: bool
    deliver: Callable[[DataFolder, random.Random], None]
    commands: list[tuple[str, ...]]
    stages: dict[str, tuple[float, float]] = field(default_factory=dict)


def trial(scale: float, work: Path) -> list[Result]:
    """Kill commands of five scenarios in random stages: 200 times at full scale."""
    equal = Tally(1, f"`kill -9` of the process group of {', '.join(s.name for s in SCENARIOS)}; then a clean run")
    on_disk = Tally(1, "names given only to what is on disk, and the folder after it (system calls of clean runs)")
    base = work / "base"
    published_base(base)
    templates, references = {}, {}
    for scenario in SCENARIOS:
        templates[scenario.name] = template = work / f"{scenario.name}.template".replace(" ", "_")
        make_template(scenario, base, template)
        references[scenario.name] = reference = template.with_suffix(".reference")
        shutil.copytree(template, reference, symlinks=True)
        run_clean(scenario, reference, on_disk)
    killed_in: Counter[str] = Counter()
    seed = 0
    while equal.tries < some(200, scale):
        scenario = SCENARIOS[seed % len(SCENARIOS)]
        draw = random.Random(seed)
        folder = work / f"killed_{seed}"
        shutil.copytree(templates[scenario.name], folder, symlinks=True)
        places = [place for _ in range(draw.randint(1, 6)) if (place := kill(scenario, folder, draw))]
        killed_in.update(places)
        equal.tried(len(places))
        finished = [finish(command, folder) for command in scenario.commands]
        faults = [fault for fault in finished if fault] or list(differences(references[scenario.name], folder))
        if faults:
            equal.failed(f"{scenario.name}, seed {seed}, killed in {places}: {'; '.join(faults[:3])}")
        shutil.rmtree(folder)
        seed += 1
    kills = ", ".join(f"{count} in {place}" for place, count in sorted(killed_in.items()))
    return [
        equal.result(f"killed {kills}; {seed} clean runs after them"),
        on_disk.result("" if HAS_STRACE else "not tried: strace is missing, or may not trace"),
    ]


# ---- the folders


def published_base(root: Path) -> None:
    """Make a data folder with twelve published days and a held file. All other files of landing are deleted."""
    draw = random.Random(1)
    folder = DataFolder(root)
    folder.write("registry/apps.csv", REGISTRY)
    for day in span(BASE_DAY, 12):
        folder.land(f"{day}/log.ndjson", log(draw, [day], 60))
    folder.land("rotated.ndjson", records(5, BASE_DAY, "r"))
    folder.publish(BASE_DAY, morning_after(BASE_DAY))
    shutil.rmtree(folder.store.landing)
    folder.land("rotated.ndjson", records(3, BASE_DAY, "s"))
    folder.publish(BASE_DAY, morning_after(BASE_DAY))
    assert folder.statuses("rotated.ndjson") == ["read", "held"]
    # The age of a generation decides whether it is removed; the one before the current generation is always kept.
    for generation in folder.store.site_generations.iterdir():
        if generation.name != folder.store.site.resolve().name:
            shutil.rmtree(generation)


def make_template(scenario: Scenario, base: Path, template: Path) -> None:
    if scenario.is_published:
        shutil.copytree(base, template, symlinks=True)
    folder = DataFolder(template)
    scenario.deliver(folder, random.Random(scenario.name))


def first(folder: DataFolder, draw: random.Random) -> None:
    """Land more files than a run commits at once."""
    folder.write("registry/apps.csv", REGISTRY)
    for number in range(70):
        folder.land(f"{number}.ndjson", log(draw, span(DAY, 12), 20))


def late(folder: DataFolder, draw: random.Random) -> None:
    for day in span(DAY, 2):
        folder.land(f"{day}/log.ndjson", log(draw, [day], 60))
    for number in range(60):
        folder.land(f"late/{number}.ndjson", log(draw, span(BASE_DAY, 14), 4, ids=90))


def again(folder: DataFolder, draw: random.Random) -> None:
    """Land known paths again with more records. One path now lacks published ids, so that its content is held."""
    same = random.Random(1)
    for day in span(BASE_DAY, 12):
        before = log(same, [day], 60)
        folder.land(f"{day}/log.ndjson", before + log(draw, [day], 10, ids=60))
    folder.land(f"{BASE_DAY}/log.ndjson", log(draw, [DAY], 3))


def backfill(folder: DataFolder, draw: random.Random) -> None:
    """Correct the dictionary and the registry, and delete the tables of a day."""
    folder.write(
        "registry/result_codes.csv",
        "vendor,layer,platform,code,outcome,stage,meaning_en,meaning_zh\numeng,sdk,*,no such code,success,,,\n",
    )
    folder.write("registry/apps.csv", REGISTRY.replace("ios", "android"))
    shutil.rmtree(folder.store.warehouse / "days" / str(days_before(BASE_DAY, 4)))


SCENARIOS = [
    Scenario("first run", False, first, [RUN]),
    Scenario("late records", True, late, [RUN]),
    Scenario("files delivered again", True, again, [RUN]),
    Scenario("backfill", True, backfill, [("backfill", str(days_before(BASE_DAY, 9)), str(BASE_DAY))]),
    Scenario("accept", True, lambda folder, draw: None, [("accept", "rotated.ndjson", "--yes"), RUN]),
]


# ---- running and killing


def start(command: tuple[str, ...], folder: Path, prefix: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*prefix, sys.executable, "-m", "pipelines", command[0], "--data", str(folder), *command[1:]],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "AUTHMETER_HASH_KEY": KEY},
    )


def run_clean(scenario: Scenario, folder: Path, on_disk: Tally) -> None:
    """Run the commands without a kill, and store the begin and end of their stages in the scenario.

    If strace is available, also run them under it on a copy of the folder.
    """
    watched = folder.with_suffix(".watched")
    shutil.copytree(folder, watched, symlinks=True)
    for command in scenario.commands:
        fault = finish(command, folder, scenario.stages)
        assert not fault, fault
        if HAS_STRACE:
            checked, faults = faults_of(traced(command, watched, start), watched)
            on_disk.tried(checked)
            for found in faults:
                on_disk.failed(f"{scenario.name}, {command[0]}: {found}")
    shutil.rmtree(watched)


def finish(command: tuple[str, ...], folder: Path, stages: dict[str, tuple[float, float]] | None = None) -> str | None:
    """Run a command to its end. Return its failure as text, None if it succeeded.

    `stages` gets the begin and end of each stage in seconds.
    """
    begun = time.monotonic()
    process = start(command, folder)
    assert process.stdout
    said = []
    for line in process.stdout:
        said.append(line)
        if stages is not None and (took := re.search(r"(\d+\.\d\d) s$", line)) and line.startswith(STAGES):
            ended = time.monotonic() - begun
            stages[line[:10].strip()] = (ended - float(took[1]), ended)
    code = process.wait()
    # A file that was accepted before the kill is held no more.
    right = (0, 2, 3) if command[0] == "accept" else (0, 3)
    return None if code in right else f"{command[0]} ended with {code}: {''.join(said)[-600:]}"


def kill(scenario: Scenario, folder: Path, draw: random.Random) -> str | None:
    """Run the commands up to a random one, and kill that one in a random stage. Return the name of the stage.

    Return None if the command ended before the kill.
    """
    target = draw.randrange(len(scenario.commands))
    for command in scenario.commands[:target]:
        finish(command, folder)
    command = scenario.commands[target]
    process = start(command, folder)
    done: list[str] = []

    def read_stages() -> None:
        for stage in _stages_of(process):
            done.append(stage)

    reader = threading.Thread(target=read_stages, daemon=True)
    reader.start()
    begins, ends = scenario.stages["ingest"][0], scenario.stages["site"][1]
    stage = draw.choice(("before", *STAGES)) if command[0] != "accept" else "before"
    if stage == "before":
        time.sleep(draw.uniform(0.3, begins))
    elif stage == "ingest":
        time.sleep(draw.uniform(begins - 0.2, scenario.stages["ingest"][1] + 0.2))
    else:
        before = STAGES[STAGES.index(stage) - 1]
        waits_until = time.monotonic() + 4 * ends + 10
        while before not in done and process.poll() is None and time.monotonic() < waits_until:
            time.sleep(0.002)
        begun, ended = scenario.stages[stage]
        # To the end of the site belongs what comes after its rename.
        time.sleep(draw.uniform(0, 1.1 * (ended - begun) + 0.02))
    died = process.poll() is None
    if died:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    reader.join()
    if not died:
        return None
    last = [name for name in STAGES if name in done]
    if command[0] == "accept":
        return "accept"
    if not last:
        return "start or ingest"
    return "the end" if last[-1] == "site" else STAGES[STAGES.index(last[-1]) + 1]


def _stages_of(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stdout
    for line in process.stdout:
        if line.startswith(STAGES) and line.rstrip().endswith(" s"):
            yield line[:10].strip()


# ---- comparing


def differences(never_killed: Path, killed: Path) -> Iterator[str]:
    """Yield a text for each difference between the two folders, except times."""
    reference = killed.with_suffix(".reference")
    shutil.copytree(never_killed, reference, symlinks=True)
    with closing(_tables(reference)) as one, closing(_tables(killed)) as other:
        for name, table in TABLES.items():
            columns = ", ".join(f'"{column}"' for column in table.columns if column not in TIMES)
            query = f"SELECT {columns} FROM {name} ORDER BY ALL"
            if one.execute(query).fetchall() != other.execute(query).fetchall():
                yield f"table {name}"
        apps = [key for (key,) in one.execute("SELECT app_key FROM apps").fetchall()]
    if _without_times(reference) != _without_times(killed):
        yield "manifest"
    ours, theirs = _stored(reference), _stored(killed)
    yield from (f"left: {name}" for name in sorted(theirs.keys() - ours.keys()))
    # Files that the last run replaced are removed by the next run.
    Store(reference).clear_unfinished(Store(reference).read_manifest())
    yield from (f"missing: {name}" for name in sorted(_stored(reference).keys() - theirs.keys()))
    yield from (f"stored file {name}" for name in ours if theirs.get(name, ours[name]) != ours[name])
    expected = killed.with_suffix(".expected")
    expected.mkdir()
    render_site(_with_times_of(killed, reference, expected.with_suffix(".duckdb")), expected)
    wanted, found = _bytes_of(expected), _bytes_of((killed / "site").resolve())
    names = sorted(wanted.keys() | found.keys())
    yield from (f"file of the site {name}" for name in names if wanted.get(name) != found.get(name))
    for app in apps:
        exported = [
            export_detail(
                root / "warehouse" / "authmeter.duckdb",
                ExportRequest(app, days_before(DAY, 20), DAY, "csv", expected / name),
            )
            and (expected / name).read_bytes()
            for root, name in ((reference, "one.csv"), (killed, "other.csv"))
        ]
        if exported[0] != exported[1]:
            yield f"export of {app}"
    shutil.rmtree(reference)
    shutil.rmtree(expected)
    expected.with_suffix(".duckdb").unlink()


def _tables(root: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(root / "warehouse" / "authmeter.duckdb"), read_only=True)


def _without_times(root: Path) -> Manifest:
    manifest = Store(root).read_manifest()
    manifest.generated_at = None
    for entry in manifest.files:
        entry.first_read_at = entry.stamp = ""
    return manifest


def _stored(root: Path) -> dict[str, str]:
    """Return the paths to compare below the folder, with a digest for each Parquet file and an empty text for others.

    The folder of the current site is called `current`, because its real name contains its run.
    """
    current = (root / "site").resolve().name
    found = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if name.startswith(_NOT_COMPARED):
            continue
        name = name.replace(f".site/{current}", ".site/current")
        # The name of a shared script holds a digest of its content, and so of its times.
        name = re.sub(r"(/assets/site)-\w+\.js$", r"\1.js", name)
        is_stored = path.suffix == ".parquet" and path.is_file()
        found[name] = hashlib.sha256(path.read_bytes()).hexdigest() if is_stored else ""
    return found


def _bytes_of(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def _with_times_of(killed: Path, reference: Path, target: Path) -> Path:
    """Copy the published database of `reference` to `target`, but with the times in the database of `killed`. Return
    `target`.
    """
    shutil.copy(reference / "warehouse" / "authmeter.duckdb", target)
    with closing(_tables(killed)) as other:
        ((generated_at,),) = other.execute("SELECT generated_at FROM publication").fetchall()
        read_at = other.execute("SELECT path, sha256, first_read_at FROM input_files").fetchall()
    with closing(duckdb.connect(writable(target))) as connection:
        connection.execute("UPDATE publication SET generated_at = ?", [generated_at])
        for path, sha256, first_read_at in read_at:
            connection.execute(
                "UPDATE input_files SET first_read_at = ? WHERE path = ? AND sha256 = ?", [first_read_at, path, sha256]
            )
    return target
