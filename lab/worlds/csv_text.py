"""Tables as CSV files of a random world."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path


def write_csv(path: Path, head: Iterable[str], rows: Iterable[Iterable[object]], mark: str = "") -> None:
    """Writes a table, at times behind a byte order mark; None is an empty cell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(mark)
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)
