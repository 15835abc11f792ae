"""Results and counters of the trials, and the table of `docs/reliability.md` that they write.

A module `trial_<nn>_<name>.py` defines `trial(scale, work)`. `scale` 1.0 means the full number of tries; `work` is an
empty folder. Trials draw from seeds, so that a failure can be repeated. A failure never ends a trial: it is counted,
and the note quotes the first one.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
PAGE = PROJECT / "docs" / "reliability.md"
NOT_TRIED = HERE / "not_tried.md"
REAL_SERIES = HERE / "real_series.md"
"""The table that the trial of real series writes."""

_HEAD = """\
# Reliability

Each trial below tries to break a promise. `make lab` runs all of them at full length, which takes hours, and writes
this page. [The laboratory](../lab/README.md) describes how to run one, and which tests hold the promises in
`make test`. The top of the module of a trial, `lab/reliability/trial_*.py`, describes how it works.
"""
_COLUMNS = "| promise | trial | what was tried | tries | failures | note |\n| ---: | --- | --- | ---: | ---: | --- |\n"
_ROW = re.compile(r"^\| \d+ \| `(\w+)` \| .*\|$", re.MULTILINE)


@dataclass(frozen=True)
class Result:
    """The result of all tries to break a promise. `note` has the first failure and remarks for the reader."""

    promise: int
    what: str
    tries: int
    failures: int
    note: str = ""


class Tally:
    """Counts the tries and failures of one result; the first failure is kept."""

    def __init__(self, promise: int, what: str) -> None:
        self.promise, self.what = promise, what
        self.tries = self.failures = 0
        self.first: str | None = None

    def tried(self, tries: int = 1) -> None:
        """Add to the number of tries."""
        self.tries += tries

    def failed(self, case: str) -> None:
        """Count a failure; `case` names everything that repeats it: seed, file, difference."""
        self.failures += 1
        self.first = self.first or case

    def check(self, is_right: bool, case: Callable[[], str] | str) -> bool:
        """Count a try, and a failure if `is_right` is false; return `is_right`."""
        self.tried()
        if not is_right:
            self.failed(case if isinstance(case, str) else case())
        return is_right

    def result(self, note: str = "") -> Result:
        """Return the current result."""
        first = f"first failure: {self.first}" if self.first else ""
        return Result(self.promise, self.what, self.tries, self.failures, "; ".join(filter(None, (note, first))))


def some(full: int, scale: float, least: int = 1) -> int:
    """Return the number of tries at a scale: `full` times the scale, but at least `least`."""
    return max(least, round(full * scale))


def modules() -> dict[str, ModuleType]:
    """Return the trial modules in order, by number and name such as `01_killed`."""
    names = sorted(file.stem for file in HERE.glob("trial_*.py"))
    return {name.removeprefix("trial_"): importlib.import_module(f"lab.reliability.{name}") for name in names}


def rows(trial: str, results: Iterable[Result], scale: float) -> list[str]:
    """Return the results of a trial as rows of the table in `docs/reliability.md`. If `scale` is below 1, each row
    states it.
    """
    short = "" if scale >= 1 else f"at {scale:g} of its full length"
    return [
        f"| {r.promise} | `{trial}` | {_cell(r.what)} | {r.tries:,} | {r.failures:,} "
        f"| {_cell('; '.join(filter(None, (short, r.note))))} |"
        for r in results
    ]


def page(before: str, found: dict[str, list[str]]) -> str:
    """Return the text of `docs/reliability.md`.

    Args:
        before: the current text, from which the rows of other trials are kept.
        found: the new rows by trial.
    """
    kept: dict[str, list[str]] = {trial: [] for trial in modules()}
    for row in _ROW.finditer(before):
        if row[1] in kept:
            kept[row[1]].append(row[0])
    table = "".join(f"{row}\n" for trial, lines in (kept | found).items() for row in lines)
    return f"{_HEAD}\n{_COLUMNS}{table}\n{REAL_SERIES.read_text('utf-8')}\n{NOT_TRIED.read_text('utf-8')}"


def _cell(text: str) -> str:
    """Return a text escaped so that it stays in one cell of a Markdown table."""
    return re.sub(r"\s+", " ", text).replace("|", "\\|").replace("<", "&lt;").strip()
