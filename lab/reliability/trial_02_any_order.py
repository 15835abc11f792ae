"""Promise 2: the same last contents, delivered in any order over any number of runs, give the same tables.

Each try draws files with their last contents and delivers them to two folders. One folder gets all of them before a
single run. The other gets them shuffled over up to five runs, which may close earlier days. It also gets wrong contents
that are corrected later, copies under other names, and repeated contents.

At the end, the trial accepts each content that is held because it would remove records of a closed day. Then the tables
must be equal cell for cell, and `input_files`, `duplicates`, `late_records` and `restatements` must be as a small model
computes them.
"""

from __future__ import annotations

import random
import shutil
from datetime import date
from pathlib import Path

from lab.reliability.harness import Result, Tally, some
from lab.reliability.stories import Figures, Model, cells, figures, restated_rows, wrong_books
from pipelines.ingest.held import accept_held
from tests.data.small_logs import DAY, REGISTRY, log, span
from tests.support import DataFolder, morning_after

DAYS = span(DAY, 6)
NOW = morning_after(DAY)
# Three runs, with content that is held and accepted.
FIRST_SEED, SMALL = 10, 1 / 200


def trial(scale: float, work: Path) -> list[Result]:
    """Try 200 orders at full scale, one at the scale `SMALL`."""
    same = Tally(2, "files in random order over 1 to 5 runs, corrected, copied, repeated, split: tables cell for cell")
    books = Tally(2, "input_files, duplicates, late_records against a model, after every run")
    restated = Tally(3, "restatements of those runs against the tables before and after, both directions")
    for seed in range(FIRST_SEED, FIRST_SEED + some(200, scale)):
        one_order(seed, work / str(seed), same, books, restated)
        shutil.rmtree(work / str(seed))
    return [same.result(), books.result(), restated.result()]


def one_order(seed: int, work: Path, same: Tally, books: Tally, restated: Tally) -> None:
    draw = random.Random(seed)
    last = {f"{number}/log.ndjson": log(draw, DAYS, draw.randint(3, 25)) for number in range(draw.randint(2, 6))}
    at_once = _folder(work / "at_once")
    for path, text in last.items():
        at_once.land(path, text)
    at_once.tables(DAY, NOW)
    folder = _folder(work / "in_order")
    model = Model()
    for number, (as_of, arrivals) in enumerate(deliveries(draw, last)):
        for path, text in arrivals.items():
            folder.land(path, text)
        run(f"seed {seed}, run {number}", folder, model, arrivals, as_of, books, restated)
    while held := model.held():
        for path in held:
            accept_held(folder.store, folder.manifest, path)
            model.accept(path)
        run(f"seed {seed}, accepted", folder, model, {}, DAY, books, restated)
    expected, found = cells(at_once), cells(folder)
    same.check(found == expected, lambda: f"seed {seed}: {[name for name in found if found[name] != expected[name]]}")


def deliveries(draw: random.Random, last: dict[str, bytes]) -> list[tuple[date, dict[str, bytes]]]:
    """Return, for each run, the day that it closes and the contents that are delivered before it, by path.

    The last content delivered for each path of `last` is its content in `last`.
    """
    runs = [(draw.choice(DAYS[2:]), dict[str, bytes]()) for _ in range(draw.randint(0, 4))]
    runs = [*sorted(runs, key=lambda run: run[0]), (DAY, {})] if draw.random() < 0.8 else [*runs, (DAY, {})]
    for path in draw.sample(sorted(last), len(last)):
        text = last[path]
        at = draw.randrange(len(runs))
        runs[at][1][path] = text
        for earlier in range(at):
            if draw.random() < 0.4:
                runs[earlier][1][path] = _wrong(draw, text)
        if draw.random() < 0.3:
            copy = draw.randrange(at, len(runs))
            runs[copy][1][f"copies/{path.replace('/', '-')}"] = text
        if draw.random() < 0.3:
            lines = text.splitlines(keepends=True)
            half = draw.randrange(1, len(lines))
            # A blank line is no record; content that was read before under another path would have come by rotation.
            parts = (b"".join(lines[:half]) + b"\n", b"".join(lines[half:]) + b"\n")
            for number, part in enumerate(parts):
                runs[draw.randrange(len(runs))][1][f"split/{number}-{path.replace('/', '-')}"] = part
        if at + 1 < len(runs) and draw.random() < 0.3:
            runs[draw.randrange(at + 1, len(runs))][1][path] = text
    return runs


def _wrong(draw: random.Random, text: bytes) -> bytes:
    """Return a wrong content for a path: only some lines of `text`, other values in it, or other records."""
    lines = text.splitlines(keepends=True)
    kind = draw.random()
    if kind < 0.4:
        return b"".join(lines[: draw.randrange(len(lines) + 1)])
    if kind < 0.7:
        return text.replace(b'"success"', b'"timeout"').replace(b'"shop"', b'"game"')
    return log(draw, DAYS, draw.randint(1, 15))


def run(
    case: str, folder: DataFolder, model: Model, arrivals: dict[str, bytes], as_of: date, books: Tally, restated: Tally
) -> None:
    """Run a folder once, and compare its published tables with the model.

    Args:
        case: the name of the try in failures.
        arrivals: the contents delivered before this run, by path.
        books: counts the comparison of files, copies and late records.
        restated: counts the comparison of restatements.
    """
    is_published = folder.store.database.exists()
    before = figures(folder) if is_published else Figures()
    closed, number = folder.manifest.closed_through, folder.manifest.run
    folder.tables(as_of, NOW)
    model.land(arrivals)
    model.close(as_of)
    faults = list(wrong_books(folder, model, folder.manifest.as_of or as_of))
    books.check(not faults, lambda: f"{case}: {faults[0]}")
    rows = restated_rows(restated, case, folder, before, closed, number)
    known = set(model.files)
    causes = {path for row in rows for path in row[6].split("; ")}
    restated.check(causes <= known, lambda: f"{case}: causes {sorted(causes - known)}")


def _folder(root: Path) -> DataFolder:
    folder = DataFolder(root)
    folder.write("registry/apps.csv", REGISTRY)
    return folder
