"""Files of a daily set: `gw2/2026-11-23/13.log` is each day's `gw2/<day>/13.log`."""

import re
from datetime import date

from pipelines.store.manifest import FileEntry

_DATE = re.compile(r"(?<!\d)(20\d\d)(\D?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")


def dated(entry: FileEntry) -> tuple[str, date] | None:
    """The path without its dates, and the newest of them; None where it has none."""
    dates = []
    for match in _DATE.finditer(entry.path):
        try:
            dates.append(date(int(match[1]), int(match[3]), int(match[4])))
        except ValueError:
            continue
    return (_DATE.sub("<day>", entry.path), max(dates)) if dates else None
