"""Hides secrets in the arguments of this process, which every user of the machine can read with `ps`."""

import ctypes
import os
from pathlib import Path

# Fields 48 and 49 of /proc/PID/stat, counted from after the program name: the addresses of the arguments.
_ARGUMENTS = slice(45, 47)


def hide_in_title(text: str) -> None:
    """Overwrite a text among the arguments of this process with stars. Do nothing if the system is not Linux."""
    hidden = os.fsencode(text)
    try:
        stat = Path("/proc/self/stat").read_text("ascii", "replace")
        start, end = map(int, stat.rpartition(")")[2].split()[_ARGUMENTS])
    except (OSError, ValueError):
        return
    if not hidden or not 0 < start < end:
        return
    arguments = ctypes.string_at(start, end - start)
    place = arguments.find(hidden)
    while place >= 0:
        ctypes.memset(start + place, ord("*"), len(hidden))
        place = arguments.find(hidden, place + len(hidden))
