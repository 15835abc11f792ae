"""The records of stored parts as one relation, whichever version of authmeter wrote them, and of each part what counts.

Lives here: which of a part's files hold records, and which of its rows are read. Does not belong here: the columns
(`contract/parts.py`), how older parts come to have them (`sql/macros.sql`), which parts count (`manifest.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

_CURRENT = "records.parquet"
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
    return tuple(file for name in (_CURRENT, *_OLDER) if (file := folder / name).exists())


def create_records(connection: duckdb.DuckDBPyConnection, name: str, parts: Iterable[PartRecords]) -> None:
    """A view `name` of the records that count: the columns of `EVENT_SCHEMA`, `filename`, and `record_number`, which
    names a record as long as the view holds.

    A part of which every file counts is read as it is. The view holds until one of the same name is made.
    """
    read = list(parts)
    current = {str(file): part.sources for part in read for file in part.files if file.name == _CURRENT}
    older = [str(file) for part in read for file in part.files if file.name in _OLDER]
    partial = _with_dead_places(connection, current) if current else set()
    whole = [file for file in current if file not in partial]
    branches = []
    if whole or not (partial or older):
        branches.append(f"FROM records_of({_listed(connection, f'{name}_whole', whole)}, 0)")
    if partial:
        places = [(file, place) for file in sorted(partial) for place in current[file]]
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {name}_places AS "
            "SELECT unnest($files) AS filename, unnest($places)::INTEGER AS file",
            {"files": [file for file, _ in places], "places": [place for _, place in places]},
        )
        branches.append(
            f"FROM records_of({_listed(connection, f'{name}_partial', sorted(partial))}, {_FIRST_OF_PARTIAL}) "
            f"SEMI JOIN {name}_places USING (filename, file)"
        )
    if older:
        branches.append(f"FROM older_records_of({_listed(connection, f'{name}_older', older)}, {_FIRST_OF_OLDER})")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {' UNION ALL BY NAME '.join(branches)}")


def _with_dead_places(connection: duckdb.DuckDBPyConnection, files: Mapping[str, Mapping[int, str]]) -> set[str]:
    """The files with a place that does not count; one after the last place with a record is none of theirs."""
    last_places = connection.execute(
        "SELECT filename, max(file) FROM records_of($files, 0) GROUP BY filename", {"files": sorted(files)}
    ).fetchall()
    return {file for file, last in last_places if any(place not in files[file] for place in range(last + 1))}


def _listed(connection: duckdb.DuckDBPyConnection, variable: str, files: list[str]) -> str:
    connection.execute(f"SET VARIABLE {variable} = $files", {"files": files})
    return f"getvariable('{variable}')"
