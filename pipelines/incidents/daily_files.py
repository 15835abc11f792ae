"""Files of a daily set: a file is known by its path, with the dates in it taken as days from the newest of them.

`gw2/2026-11-23/13.log` is each day's `gw2/<day>/13.log`.
"""

import re
from datetime import date, timedelta
from functools import cache

from pipelines.store.manifest import FileEntry

_DATE = re.compile(r"(?<!\d)(20\d\d)(\D?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")


_PLACED = re.compile(r"<day(?:-(\d+))?>")


def dated(entry: FileEntry) -> tuple[str, date] | None:
    """The path with its dates as days away from the newest of them, and that day; None where it has no date."""
    return _dated_path(entry.path)


@cache
def _dated_path(path: str) -> tuple[str, date] | None:
    dates = []
    for match in _DATE.finditer(path):
        try:
            dates.append((match, date(int(match[1]), int(match[3]), int(match[4]))))
        except ValueError:
            continue
    if not dates:
        return None
    newest = max(day for _, day in dates)
    for match, day in reversed(dates):
        back = (newest - day).days
        path = path[: match.start()] + (f"<day-{back}>" if back else "<day>") + path[match.end() :]
    return path, newest


def path_of(text: str, day: date) -> str:
    """A path of a daily set, or a text that names some, with the dates of that day, all in one form."""
    return _PLACED.sub(lambda found: str(day - timedelta(days=int(found[1] or 0))), text)
