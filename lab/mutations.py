"""Counts how many small faults of the code (`mutants.py`) the tests find: `python -m lab.mutations --record FILE`.

The command draws mutants. It puts a probe at the place of each mutant: a call that records the running test. It runs
all tests once with the probes. Then it runs, on each mutant, only the tests that reached its probe. The record contains
the mutants, the tests and the results; the command continues an existing record. `--again FILE` takes the mutants of
another record, such as that of an older test suite, to compare the two.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest

from lab.mutants import PROJECT, Fault, Mutant, Record, drawn

PYTEST = (sys.executable, "-m", "pytest", "-q", "-m", "not lab")
NPM = ("npm", "--silent")
DIGESTS = (
    "tests/rollup/test_counting_code.py",
    "tests/closing/test_fingerprint.py",
    "tests/common/test_code_digest.py",
)
"""Tests of digests of the code would find every fault of it."""
NEAR, FURTHER, SECONDS = 3, 30, 240
"""How many files of tests run on a mutant. Files with a name like the mutant's file come first, then quick files.
All tests that reach the mutant run in the first `NEAR` files, then those in further files for up to `SECONDS`."""
TIMED_OUT = "timed out"
_PROBE = """
def _seen(site, known=set()):
    import os
    who = f"{{site}} {{os.environ.get('SEEN_BY') or os.environ.get('PYTEST_CURRENT_TEST', '').rpartition(' ')[0]}}\\n"
    if who not in known:
        known.add(who)
        with open({log!r}, "a") as log:
            log.write(who)
"""


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any) -> Any:
    """While a fixture is set up, let probes record the fixture instead of the running test, because other tests use it,
    too.
    """
    before = os.environ.get("SEEN_BY", "")
    os.environ["SEEN_BY"] = f"@{fixturedef.baseid}::{fixturedef.argname}"
    try:
        return (yield)
    finally:
        os.environ["SEEN_BY"] = before


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Write which fixtures each test uses to the file `<SEEN_LOG>.fixtures`."""
    users = "".join(
        f"@{definitions[-1].baseid}::{name} {one.nodeid}\n"
        for one in items
        for name, definitions in one._fixtureinfo.name2fixturedefs.items()
    )
    Path(os.environ["SEEN_LOG"] + ".fixtures").write_text(users)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Write how long a part of a test took, and whether it failed, to the file `<SEEN_LOG>.times`."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        with open(os.environ["SEEN_LOG"] + ".times", "a") as times:
            times.write(f"{report.duration} {report.outcome} {report.nodeid}\n")


@contextmanager
def changed(texts: dict[Path, str]) -> Iterator[None]:
    """Replace the texts of files, and restore the old texts at the end."""
    kept = {path: path.read_bytes() for path in texts}
    try:
        for path, text in texts.items():
            path.write_text(text, "utf-8")
        yield
    finally:
        for path, before in kept.items():
            path.write_bytes(before)


def applied(mutant: Mutant) -> str | None:
    """Return the text of the mutant's file with the fault; None if the file no longer has the mutant's lines.

    Also update the mutant's line number.
    """
    path = PROJECT / mutant["file"]
    text = path.read_text("utf-8") if path.exists() else ""
    places = [found.start() for found in re.finditer(rf"^{re.escape(mutant['before'])}$", text, re.MULTILINE)]
    if not places:
        return None
    start = min(places, key=lambda place: abs(text.count("\n", 0, place) + 1 - mutant["line"]))
    mutant["line"] = text.count("\n", 0, start) + 1
    return text[:start] + mutant["after"] + text[start + len(mutant["before"]) :]


def probes(mutant: Mutant) -> dict[Path, list[int]]:
    """Return the lines of a mutant's probes by Python file. A mutant of a script has none.

    A mutant of SQL has probes in the functions that may read the file. A mutant of a definition also has probes in the
    functions that use the definition.
    """
    path = PROJECT / mutant["file"]
    if path.suffix == ".ts":
        return {}
    if path.suffix == ".sql":
        room = mutant["file"].partition("/sql/")[0]
        users = _files_with(rf"\b{path.stem}\b", room) or _files_with(r"\bsql\(", room)
        return {user: _probed(user) for user in users}
    name = re.match(r"(?:class )?(\w{4,})\b(?=\(|:| = )", mutant["before"])
    users = _files_with(rf"\b{name[1]}\b", "pipelines", "reports") if name else []
    return {user: _probed(user) for user in users} | {path: _probed(path, mutant["line"])}


def _files_with(pattern: str, *folders: str) -> list[Path]:
    files = [path for folder in folders for path in sorted((PROJECT / folder).rglob("*.py"))]
    return [path for path in files if re.search(pattern, path.read_text("utf-8"))]


def _probed(path: Path, line: int = 0) -> list[int]:
    """Return the line of the innermost statement around `line` within a function.

    If there is none, return the line of the first statement of each function.
    """
    text = path.read_text("utf-8")
    functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    bodies = [
        body
        for node in (node for function in functions for node in ast.walk(function))
        for body in (getattr(node, name, None) for name in ("body", "orelse", "finalbody"))
        if isinstance(body, list)
    ]
    around = [_top(one) for body in bodies for one in body if _top(one) <= line <= (one.end_lineno or 0)]
    lines = text.splitlines()
    inside = [top for top in around if not lines[top - 1].lstrip().startswith("elif ")]
    # A docstring stays the first statement.
    begins = [one.body[len(one.body) > 1 and ast.get_docstring(one) is not None] for one in functions]
    return [max(inside)] if inside else [_top(statement) for statement in begins]


def _top(statement: ast.stmt) -> int:
    """Return the first line of a statement, or of its first decorator."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return min([statement.lineno, *(one.lineno for one in statement.decorator_list)])
    return statement.lineno


def look(record: Record, tests: list[str]) -> None:
    """Run tests with probes; without `tests`, all tests. Store the tests that reach each mutant, and the seconds of
    tests that pass, in the record.
    """
    folder = tempfile.TemporaryDirectory()
    log = f"{folder.name}/seen"
    lines: dict[Path, list[str]] = {}
    for mutant in record["mutants"]:
        for path, places in probes(mutant).items() if applied(mutant) else ():
            new = lines.setdefault(path, path.read_text("utf-8").splitlines(keepends=True))
            for place in places:
                statement = new[place - 1]
                indent = statement[: len(statement) - len(statement.lstrip())]
                new[place - 1] = f"{indent}_seen({mutant['id']})\n{statement}"
    for path, new in lines.items():
        body = ast.parse(path.read_text("utf-8")).body
        heads = [n for n in body if isinstance(n, ast.Expr) or getattr(n, "module", "") == "__future__"]
        first = next(_top(one) for one in body if one not in heads) - 1
        new.insert(first, f"exec({_PROBE.format(log=log)!r})\n")
    os.environ["SEEN_LOG"] = log
    with folder, changed({path: "".join(new) for path, new in lines.items()}):
        subprocess.run(
            [*PYTEST, "-n", "2", "--dist", "loadfile", "-p", "lab.mutations", *tests], cwd=PROJECT, check=False
        )
        seen, users, times = (Path(log + name).read_text().splitlines() for name in ("", ".fixtures", ".times"))
    seconds: dict[str, float] = defaultdict(float)
    for duration, _, test in (line.split(" ", 2) for line in times):
        seconds[test] += float(duration)
    failed = {test for _, outcome, test in (line.split(" ", 2) for line in times) if outcome == "failed"}
    record["seconds"] |= {test: round(took, 2) for test, took in seconds.items() if test not in failed}
    of_fixtures: dict[str, set[str]] = {}
    for name, test in (line.split(" ", 1) for line in users):
        of_fixtures.setdefault(name, set()).add(test)
    for site, who in (line.split(" ", 1) for line in seen):
        mutant = next(one for one in record["mutants"] if one["id"] == int(site))
        mutant["seen"] = sorted({*mutant["seen"], *of_fixtures.get(who, {who})})


def judge(mutant: Mutant, seconds: dict[str, float]) -> None:
    """Run the tests that reach a mutant until one fails, and store the result in the mutant.

    The test that found it before is the first, then come tests with similar names, then quick ones.
    """
    text, is_script = applied(mutant), mutant["file"].endswith(".ts")
    if text is None:
        mutant["result"] = "gone"
        return
    found_by = mutant["found_by"] or ""
    known = {*mutant["seen"], found_by} & seconds.keys()
    seen = [test for test in known if not test.startswith(DIGESTS)]
    if is_script:
        seen = [test for test in seconds if test.startswith("tests/browser/")]
    files: dict[str, float] = defaultdict(float)
    for test in seen:
        files[test.partition("::")[0]] += seconds[test]
    words = set(re.findall("[a-z]+", mutant["file"].removesuffix(".py")))
    before = found_by.partition("::")[0]
    ranked = sorted(
        files, key=lambda file: (file != before, -len(words & set(re.findall("[a-z]+", file))), files[file])
    )
    near, further = (
        [test for test in sorted(seen, key=seconds.__getitem__) if test.partition("::")[0] in of]
        for of in (ranked[:NEAR], ranked[NEAR:FURTHER])
    )
    sums = accumulate(seconds[test] for test in further)
    further = [test for test, sum in zip(further, sums, strict=True) if sum <= SECONDS]
    with changed({PROJECT / mutant["file"]: text}):
        found = is_script and (_failed(*NPM, "test") or _failed(*NPM, "run", "build"))
        mutant["by"] = found or _failed_test(near) or _failed_test(further)
    if is_script:
        _failed(*NPM, "run", "build")
    mutant["result"] = "survived" if not mutant["by"] else "caught" if mutant["by"] != TIMED_OUT else TIMED_OUT
    mutant["tests"] = f"{len(near + further)} of {len(seen)}"


def _failed_test(tests: list[str]) -> str:
    if not tests:
        return ""
    with tempfile.NamedTemporaryFile("w") as names:
        names.write("\n".join(tests))
        names.flush()
        return _failed(*PYTEST, "-x", "-p", "no:xdist", "-p", "no:cacheprovider", f"@{names.name}")


def _failed(*command: str) -> str:
    """Return the failure of a command: a test, the end of its output, or `TIMED_OUT`; an empty text if it succeeded."""
    with subprocess.Popen(
        command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        try:
            out = process.communicate(timeout=2 * SECONDS)[0]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return TIMED_OUT
    if not process.returncode:
        return ""
    failed = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", out, re.MULTILINE)
    return failed[1] if failed else " ".join(command[:3]) + out[-200:]


def main() -> None:
    """Draw mutants or read them from a record, find the tests that reach them, and run the tests that are due."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--again", type=Path, help="a record whose mutants are taken")
    parser.add_argument("--look", nargs="+", default=[], help="only look which of these tests see the mutants")
    parser.add_argument("--only", type=int, nargs="+", default=[], help="judge these mutants, even if they were")
    parser.add_argument("--record", type=Path, required=True)
    chosen = parser.parse_args()
    os.environ["POLARS_MAX_THREADS"] = "1"
    record: Record
    if chosen.record.exists():
        record = _read(chosen.record)
    elif chosen.again:
        older = _read(chosen.again)["mutants"]
        record = {"seconds": {}, "mutants": [_unjudged(one, one.get("by")) for one in older]}
    else:
        drawn_now = drawn(chosen.seed, chosen.count)
        record = {"seconds": {}, "mutants": [_unjudged(one, None) for one in drawn_now]}
    if chosen.look or not record["seconds"]:
        look(record, chosen.look)
        _write(chosen.record, record)
    for mutant in record["mutants"] if not chosen.look else ():
        if mutant["id"] in chosen.only or not (chosen.only or "result" in mutant):
            judge(mutant, record["seconds"])
            print(mutant["id"], mutant["result"], f"{mutant['file']}:{mutant['line']}", mutant.get("by"), flush=True)
            _write(chosen.record, record)
    print(dict(Counter(one.get("result", "not judged") for one in record["mutants"])))


def _unjudged(fault: Fault, found_by: str | None) -> Mutant:
    return {
        "id": fault["id"],
        "file": fault["file"],
        "line": fault["line"],
        "kind": fault["kind"],
        "before": fault["before"],
        "after": fault["after"],
        "found_by": found_by,
        "seen": [],
    }


def _read(file: Path) -> Record:
    record: Record = json.loads(file.read_text())
    return record


def _write(file: Path, record: Record) -> None:
    file.write_text(json.dumps(record, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
