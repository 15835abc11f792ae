"""Writes the tables of a random world as CSV files."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path


def write_csv(path: Path, head: Iterable[str], rows: Iterable[Iterable[object]], mark: str = "") -> None:
    """Write a CSV file. `head` has its column names, and `mark` is an optional byte order mark. None becomes an empty
    cell.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(mark)
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)
