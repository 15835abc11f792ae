"""Writes `docs/what-you-drop.md`, the page of dropped files: `python -m tests.dropped.page` tries all kinds.

The cells of its tables are results; only the names of the kinds and the beginning are written by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from pipelines.common.project import PROJECT
from tests.dropped.seen import GOOD, Seen, seen_of_all
from tests.support import closed_day

PAGE = PROJECT / "docs" / "what-you-drop.md"
_HEAD = f"""\
<!-- Written by `python -m tests.dropped.page`. Do not edit: run that. -->

# What you drop, and what happens

This page shows how authmeter treats files of many kinds in `landing/`. A test puts each kind into a new folder together
with a good log, runs `authmeter check`, `run` and `status`, and writes the results here. A bad file never stopped the
good one: its {GOOD} records counted each time.

- **Read as**: the status in the table [`input_files`](reference/tables.md#input_files), and how many of the records
  were accepted, rejected (and why, as in [`rejected_records`](reference/tables.md#rejected_records)) or skipped by the
  source.
- **Message**: the output of `run`, with the name of the [warning](operator.md#warnings-one-by-one), or of `check` if
  the run reports nothing; D is the last closed day.
- **Places**: the outputs that name the file or the source.
- **Exit codes**: of `check` before the run, of `run`, and of `status` after it. 0 is done, 3 is done with a warning.

[Files that need you](operator.md#files-that-need-you) explains what to do. The [log format](log-format.md) describes a
good log.
"""
_COLUMNS = "| files | read as | message | places | exit codes |\n| --- | --- | --- | --- | --- |\n"
# Lines that a run prints about its own work, and that `check` prints about any folder.
_OF_THE_WORK = re.compile(r"^(?:ingest|roll up|marts|site|published as of)\b.*$", re.MULTILINE)


def page(seen: Mapping[str, Sequence[Seen]]) -> str:
    parts = [f"## {heading}\n\n{_COLUMNS}" + "".join(map(row_of, found)) for heading, found in seen.items()]
    return "\n".join([_HEAD, *parts])


def row_of(seen: Seen) -> str:
    """Return the table row of a kind."""
    codes = " ".join(str(code) for code in seen.codes.values())
    cells = (seen.what, _read_as(seen), _said(seen), ", ".join(places(seen)) or "nowhere", codes)
    return "| " + " | ".join(map(_cell, cells)) + " |\n"


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|").replace("<", "&lt;").strip()


def _read_as(seen: Seen) -> str:
    if not seen.files:
        return "not read"
    by_fate: dict[str, list[str]] = {}
    for path, status, *counts in seen.files:
        words = zip(counts, ("accepted", "rejected", "skipped"), strict=True)
        books = ", ".join(f"{count} {word}" for count, word in words if count)
        by_fate.setdefault(f"`{status}`" + (f", {books}" if books else ""), []).append(path)
    fates = [
        fate if len(by_fate) == 1 else f"{', '.join(f'`{path}`' for path in paths)}: {fate}"
        for fate, paths in by_fate.items()
    ]
    if len(by_fate) == 1 and len(seen.files) > 1:
        fates = [f"each {fates[0]}"]
    accepted = sum(file[2] for file in seen.files if file[1] == "read")
    if seen.counted != accepted:
        fates.append(f"{seen.counted} count")
    return "; ".join(fates) + (f" ({', '.join(f'`{reason}`' for reason in seen.reasons)})" if seen.reasons else "")


def _said(seen: Seen) -> str:
    """Return the messages of the run, then other messages of `check`, then findings in the tables that no
    message has.
    """
    of_run = [line for line in _OF_THE_WORK.sub("", seen.said["run"]).splitlines() if line]
    found = [re.sub(r"^warning: (\w+)", r"`\1`", line) for line in of_run]
    # The warning about the share follows from the finding of the file.
    found = [line for line in found if not line.startswith("`rejected_share`")] or found
    found += [f"`check`: {line}" for line in _said_by_check(seen) if not any(_words(line) in one for one in found)]
    found += [f"`input_files`: {text}" for text in seen.findings if not any(_words(text) in one for one in found)]
    return "; ".join(found).replace(str(seen.day), "D") or "nothing"


def _said_by_check(seen: Seen) -> Iterator[str]:
    for line in seen.said["check"].splitlines():
        if found := re.fullmatch(r"(?:unread|warning|ignored) +(.*)", line):
            yield found[1]


def _words(line: str) -> str:
    """Return the text of the finding in a message, without file name and verb, so that messages can be compared."""
    return re.sub(r"^landing/| cannot be read$|^The (?:file|member|archive) (?:is )?|\.$", "", line.rpartition(": ")[2])


def places(seen: Seen) -> list[str]:
    """Return the outputs and tables that name a file of the kind, or its source."""
    known = {*seen.landed, *(path for path, *_ in seen.files), "source gateway"}
    names = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in sorted(known)))
    found = [
        f"`{command}`"
        for command in ("run", "check", "status")
        if names.search(seen.said[command]) or re.search(r"^warning", seen.said[command], re.MULTILINE)
    ]
    found += ["quality page"] if names.search(seen.page) else []
    found += ["`input_files`"] if seen.files else []
    return [*found, "`rejected_records`"] if seen.reasons else found


if __name__ == "__main__":
    PAGE.write_text(page(seen_of_all(closed_day())), "utf-8")
