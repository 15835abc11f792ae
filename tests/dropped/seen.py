"""Computes the results of a dropped kind by running the commands in a data folder of its own."""

from __future__ import annotations

import contextlib
import html
import io
import multiprocessing
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from unittest import mock

from pipelines import cli
from pipelines.run.daily_run import DailyRun, open_run
from pipelines.run.run_end import note_end
from tests.dropped.kinds import kinds
from tests.dropped.made import APP, Kind
from tests.no_waiting import wait_for_no_disk
from tests.published_folder import Ended, checked
from tests.rights import authmeter_bound_by_rights
from tests.support import DataFolder, records

GOOD = 200
_COMMANDS = ("check", "run", "status")


@dataclass(frozen=True)
class Seen:
    """The results of one kind, whose files were dropped together with a good file.

    Attributes:
        landed: the paths in landing, except the good file.
        files: path, status, and accepted, rejected and skipped records of each other file in `input_files`.
        reasons: the reasons for which records were rejected.
        findings: the findings of the files in the tables.
        said: the output of each command.
        codes: the exit code of each command.
        page: the text of the quality page.
        counted: the number of the kind's records that count.
        good: the number of the good file's records that count.
    """

    what: str
    day: date
    landed: list[str]
    files: list[tuple[str, str, int, int, int]]
    reasons: list[str]
    findings: list[str]
    said: dict[str, str]
    codes: dict[str, int]
    page: str
    counted: int
    good: int


def seen_of_all(day: date, step: int = 1) -> dict[str, list[Seen]]:
    """Return the results of every `step`-th kind by heading. If `step` is 1, two processes share the work."""
    places = [(heading, number) for heading, found in kinds(day).items() for number in range(len(found))][::step]
    seen: dict[str, list[Seen]] = {heading: [] for heading, _ in places}
    with ExitStack() as stack:
        mapped: Callable[..., Iterator[Seen]] = map
        if step == 1:
            # A thread of a library must not be forked.
            context = multiprocessing.get_context("spawn")
            mapped = stack.enter_context(ProcessPoolExecutor(2, mp_context=context)).map
        for (heading, _), one in zip(places, mapped(_seen, [day] * len(places), places), strict=True):
            seen[heading].append(one)
    return seen


def _seen(day: date, place: tuple[str, int]) -> Seen:
    heading, number = place
    wait_for_no_disk()
    with tempfile.TemporaryDirectory(prefix="authmeter-") as root:
        return seen_of(kinds(day)[heading][number], day, Path(root) / "data")


def seen_of(kind: Kind, day: date, root: Path) -> Seen:
    """Drop the files of a kind together with a good file, run `check`, `run` and `status`, and return the results."""
    folder = DataFolder(root)
    landing = folder.store.landing
    folder.land("good.ndjson", records(GOOD, day, "good"))
    kind.lay(landing)
    if kind.then:
        first = open_run(root)[0]
        first.ingest(day)
        first.roll_up(day)
        kind.then(landing)
    call = authmeter_bound_by_rights if kind.is_bound else _in_process
    ended = {command: call(command, data=root) for command in _COMMANDS}
    by_app = dict(folder.rows("SELECT app_key, sum(records)::INTEGER FROM outcome_daily GROUP BY ALL"))
    return Seen(
        what=kind.what,
        day=day,
        landed=sorted(
            file.relative_to(landing).as_posix() for file in landing.rglob("*") if file.name != "good.ndjson"
        ),
        files=folder.rows(
            "SELECT path, status, accepted, rejected, skipped FROM input_files WHERE path <> 'good.ndjson' ORDER BY ALL"
        ),
        reasons=[reason for (reason,) in folder.rows("SELECT DISTINCT reason FROM rejected_records ORDER BY ALL")],
        findings=[text for (text,) in folder.rows("SELECT DISTINCT finding FROM input_files ORDER BY ALL") if text],
        said={command: one.out + one.err for command, one in ended.items()},
        codes={command: one.code for command, one in ended.items()},
        page=html.unescape((folder.store.site / "quality.html").read_text("utf-8")),
        counted=by_app.get(APP, 0),
        good=by_app["shop"],
    )


def _in_process(command: str, data: Path) -> Ended:
    """Run a command in this process. `run` does not record its steps in Dagster, whose import takes time."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with (
        mock.patch.object(sys, "argv", ["authmeter", command, "--data", str(data)]),
        mock.patch("pipelines.orchestration.in_process.run_in_process", _boxes),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            cli.main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    return checked(Ended(code, out.getvalue(), err.getvalue()))


def _boxes(data: Path, run: DailyRun, day: date, tags: dict[str, str]) -> None:
    """Run the steps of the daily job in order, without Dagster. `_in_process` patches it in for `run_in_process`."""
    run.ingest(day)
    run.roll_up(day)
    run.build_marts()
    run.render_site()
    note_end(data, datetime.now(UTC), day, None, run.checks, run.manifest)
