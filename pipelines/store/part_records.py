"""The records of stored parts as one relation, for parts of any version, restricted to the files that count.

The columns are defined in `contract/record/parts.py`; `sql/macros.sql` converts older parts to them. Which parts count
is in `manifest.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

_CURRENT = "records.parquet"
# The further pieces of a file that was read in several pieces.
_PIECES = "records-*.parquet"
# The files of the first versions, which stored records that needed exact parsing separately.
_OLDER = ("events.parquet", "exact.parquet")
# The first record numbers of files that are filtered by content, and of files of the first versions. All other record
# numbers start at 0.
_FIRST_OF_PARTIAL, _FIRST_OF_OLDER = 1 << 61, 1 << 62


@dataclass(frozen=True)
class PartRecords:
    """The record files of one part. `sources` maps the index (place) of each landed file that counts to its source."""

    files: tuple[Path, ...]
    sources: Mapping[int, str]


def record_files(folder: Path) -> tuple[Path, ...]:
    """Return the files with records in the folder of a part."""
    pieces = sorted(folder.glob(_PIECES))
    return (*(file for name in (_CURRENT, *_OLDER) if (file := folder / name).exists()), *pieces)


def name_of_piece(place: int) -> str:
    """Return the name of a record file in a part. A large file is read in pieces; `place` is the index of the piece."""
    return f"records-{place:05d}.parquet" if place else _CURRENT


def create_records(connection: duckdb.DuckDBPyConnection, name: str, parts: Iterable[PartRecords]) -> None:
    """Create a view `name` of the records that count, with the columns of `EVENT_SCHEMA`, and `filename` and
    `record_number`.

    `record_number` identifies a record within this view only.
    """
    read = list(parts)
    current = {str(file): part.sources for part in read for file in part.files if file.name not in _OLDER}
    older = [str(file) for part in read for file in part.files if file.name in _OLDER]
    dead_places = _dead_places(connection, current) if current else {}
    # If all files of a part count, the part is read without a filter.
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
    """Return, by record file, the places (as text) of landed files that do not count.

    `files` has the places that count, by record file. Record files without a place to return are left out.
    """
    last_places = connection.execute(
        "SELECT filename, max(file) FROM records_of($files, 0) GROUP BY filename ORDER BY filename",
        {"files": sorted(files)},
    ).fetchall()
    dead = {file: [str(place) for place in range(last + 1) if place not in files[file]] for file, last in last_places}
    return {file: places for file, places in dead.items() if places}


def _listed(connection: duckdb.DuckDBPyConnection, variable: str, files: list[str]) -> str:
    connection.execute(f"SET VARIABLE {variable} = $files", {"files": files})
    return f"getvariable('{variable}')"
