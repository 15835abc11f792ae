"""Checks that a command makes its system calls in an order by which its data survives a power loss.

A file is flushed before it gets its name. Its folder is flushed before the next name is given. SQLite's journal is
flushed before its database is written, and the database before its journal is removed.

Killing a process cannot test this: the machine keeps written data in memory when a process dies.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

_CALLS = (
    "write,pwrite64,writev,pwritev,fsync,fdatasync,sync,syncfs,rename,renameat,renameat2,link,linkat,ftruncate,"
    "unlink,unlinkat"
)
_JOURNAL = "-journal"
_LINE = re.compile(r"^(\d+) +(?:<\.\.\. )?(\w+)(?: resumed>|\()(.*)$")
_DESCRIPTOR = re.compile(r"^\d+<([^>]*)>")
_NAMES = re.compile(r'"((?:[^"\\]|\\.)*)"')


def _may_trace() -> bool:
    if not shutil.which("strace"):
        return False
    return subprocess.run(["strace", "-f", "-o", "/dev/null", "true"], capture_output=True, check=False).returncode == 0


HAS_STRACE = _may_trace()
Event = tuple[str, tuple[str, ...]]


def traced(command: tuple[str, ...], folder: Path, start: Callable[..., subprocess.Popen[str]]) -> list[Event]:
    """Run the command under strace, and return its writes, flushes, renames, links and unlinks in order.

    `start(command, folder, prefix)` starts the process; the prefix is the call of strace.
    """
    out = folder.with_suffix(".trace")
    prefix = ("strace", "-f", "-y", "--seccomp-bpf", "-s", "0", "-e", f"trace={_CALLS}", "-o", str(out))
    process = start(command, folder, prefix)
    said, _ = process.communicate()
    assert process.returncode in (0, 3), said
    events = _events(out)
    out.unlink()
    return events


def _events(trace: Path) -> list[Event]:
    """Return the successful calls of a trace, in the order in which they ended.

    A rename, link or unlink that the trace shows in two parts is placed where it began, and counts even if it failed.
    """
    begun: dict[str, str] = {}
    events: list[Event] = []
    with trace.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            found = _LINE.match(line)
            if not found:
                continue
            process, call, rest = found.groups()
            is_name = call.startswith(("rename", "link", "unlink"))
            if rest.rstrip().endswith("<unfinished ...>"):
                begun[process] = rest
                if is_name:
                    events.append((call, tuple(_NAMES.findall(rest))))
                continue
            resumed = "resumed>" in line
            given = begun.pop(process, "") if resumed else rest
            if " = -1 " in rest or (is_name and resumed):
                continue
            if is_name:
                events.append((call, tuple(_NAMES.findall(given))))
            elif call in ("sync", "syncfs"):
                events.append(("sync", ()))
            elif descriptor := _DESCRIPTOR.match(given):
                kind = "flush" if call in ("fsync", "fdatasync") else "write"
                events.append((kind, (descriptor[1],)))
    return events


def faults_of(events: list[Event], data: Path) -> tuple[int, list[str]]:
    """Return the number of checks, and a text for each fault.

    A check is a file that got its name, or a journal that was removed. Only files below `data`, except in Dagster's
    folder, are checked.
    """
    names, faults = _name_faults([event for event in events if not event[0].startswith("unlink")], data)
    journals, more = _journal_faults(events, data)
    return names + journals, faults + more


def _name_faults(events: list[Event], data: Path) -> tuple[int, list[str]]:
    root, dagster, temp = f"{data}/", f"{data}/dagster/", f"{data}/warehouse/tmp/"
    days = f"{data}/warehouse/days/"
    written: dict[str, int] = {}
    flushed: dict[str, int] = {}
    all_flushed = -1
    faults: list[str] = []
    checked = 0
    waiting: str | None = None
    for place, (call, names) in enumerate(events):
        if call == "write":
            written[names[0]] = place
        elif call == "flush":
            flushed[names[0]] = place
            if names[0] == waiting:
                waiting = None
        elif call == "sync":
            all_flushed = place
        else:
            source, target = names[0], names[1]
            inside = [name for name in written if name == source or name.startswith(f"{source}/")]
            if not target.startswith(root) or target.startswith((dagster, temp)) or "/.gone-" in target:
                _moved(written, flushed, inside, source, target)
                continue
            checked += 1
            # The days of a batch get their names together.
            if waiting and not (target.startswith(days) and waiting.startswith(days)):
                faults.append(f"{target} was named before the folder {waiting} was flushed")
            for name in inside:
                if written[name] > max(flushed.get(name, -1), all_flushed):
                    faults.append(f"{name} was not flushed before it became {target}")
            waiting = target.rpartition("/")[0]
            _moved(written, flushed, inside, source, target)
    if waiting:
        faults.append(f"the folder {waiting} was not flushed at the end")
    return checked, faults


def _journal_faults(events: list[Event], data: Path) -> tuple[int, list[str]]:
    ours, dagster = f"{data}/", f"{data}/dagster/"
    written: dict[str, int] = {}
    flushed: dict[str, int] = {}
    # Index of the first write of each journal that exists.
    begun: dict[str, int] = {}
    removed, waiting = 0, ""
    faults: list[str] = []
    for place, (call, names) in enumerate(events):
        name = names[0] if names else ""
        if not f"{name}/".startswith(ours) or name.startswith(dagster):
            continue
        folder, journal = name.rpartition("/")[0], name + _JOURNAL
        if waiting and name != waiting:
            faults.append(f"the folder {waiting} was not flushed after a journal was removed")
        waiting = ""
        if call == "flush":
            flushed[name] = place
        elif call == "write":
            written[name] = place
            if name.endswith(_JOURNAL):
                begun.setdefault(name, place)
            elif journal in begun:
                if written[journal] > flushed.get(journal, -1):
                    faults.append(f"{name} was written before its journal was flushed")
                if begun[journal] > flushed.get(folder, -1):
                    faults.append(f"{name} was written before the folder of its journal was flushed")
        elif call.startswith("unlink") and begun.pop(name, None) is not None:
            removed, waiting = removed + 1, folder
            file = name.removesuffix(_JOURNAL)
            if written.get(file, -1) > flushed.get(file, -1):
                faults.append(f"{file} was not flushed before its journal was removed")
    if waiting:
        faults.append(f"the folder {waiting} was not flushed at the end")
    return removed, faults


def _moved(written: dict[str, int], flushed: dict[str, int], names: list[str], source: str, target: str) -> None:
    """In `written` and `flushed`, give the files `names` their new names after the rename of `source` to `target`.

    Both have, by file, the index of an event: the last write, and the last flush.
    """
    for name in names:
        moved = target + name.removeprefix(source)
        written[moved] = written.pop(name)
        flushed[moved] = flushed.pop(name, -1)
