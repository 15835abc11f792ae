"""The records of stored parts as one relation, whichever version of authmeter wrote them, and of each part what counts.

Lives here: which of a part's files hold records, and which of its rows are read. Does not belong here: the columns
(`contract/record/parts.py`), how older parts come to have them (`sql/macros.sql`), which parts count (`manifest.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

_CURRENT = "records.parquet"
# What stands behind its first piece, of a file that was read in several.
_PIECES = "records-*.parquet"
# Of the parts that were written first, those that needed the exact reading apart.
_OLDER = ("events.parquet", "exact.parquet")
# From here on the records of such files are numbered, in whichever order; the rest from 0.
_FIRST_OF_PARTIAL, _FIRST_OF_OLDER = 1 << 61, 1 << 62


@dataclass(frozen=True)
class PartRecords:
    """What is read of one part: its files, and the source of each place in them that counts."""

    files: tuple[Path, ...]
    sources: Mapping[int, str]


def record_files(folder: Path) -> tuple[Path, ...]:
    """The files of a part that hold records; `folder` is the part's."""
    pieces = sorted(folder.glob(_PIECES))
    return (*(file for name in (_CURRENT, *_OLDER) if (file := folder / name).exists()), *pieces)


def name_of_piece(place: int) -> str:
    """The name of a part's file with the records of one piece, in the order of the pieces."""
    return f"records-{place:05d}.parquet" if place else _CURRENT


def create_records(connection: duckdb.DuckDBPyConnection, name: str, parts: Iterable[PartRecords]) -> None:
    """A view `name` of the records that count: the columns of `EVENT_SCHEMA`, `filename`, and `record_number`, which
    names a record as long as the view holds.

    A part of which every file counts is read as it is. The view holds until one of the same name is made.
    """
    read = list(parts)
    current = {str(file): part.sources for part in read for file in part.files if file.name not in _OLDER}
    older = [str(file) for part in read for file in part.files if file.name in _OLDER]
    dead_places = _dead_places(connection, current) if current else {}
    whole = [file for file in current if file not in dead_places]
    branches = []
    if whole or not (dead_places or older):
        branches.append(f"FROM records_of({_listed(connection, f'{name}_whole', whole)}, 0)")
    for number, (file, dead) in enumerate(dead_places.items()):
        files = _listed(connection, f"{name}_partial_{number}", [file])
        branches.append(
            f"FROM records_of({files}, row_of({number}, {_FIRST_OF_PARTIAL})) WHERE file NOT IN ({', '.join(dead)})"
        )
    if older:
        branches.append(f"FROM older_records_of({_listed(connection, f'{name}_older', older)}, {_FIRST_OF_OLDER})")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {' UNION ALL BY NAME '.join(branches)}")


def _dead_places(connection: duckdb.DuckDBPyConnection, files: Mapping[str, Mapping[int, str]]) -> dict[str, list[str]]:
    """Of the files with a place that does not count these places; one after the last record is none of theirs."""
    last_places = connection.execute(
        "SELECT filename, max(file) FROM records_of($files, 0) GROUP BY filename ORDER BY filename",
        {"files": sorted(files)},
    ).fetchall()
    dead = {file: [str(place) for place in range(last + 1) if place not in files[file]] for file, last in last_places}
    return {file: places for file, places in dead.items() if places}


def _listed(connection: duckdb.DuckDBPyConnection, variable: str, files: list[str]) -> str:
    connection.execute(f"SET VARIABLE {variable} = $files", {"files": files})
    return f"getvariable('{variable}')"
