"""A published table or view: its columns, and relations over its stored files."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Table:
    """A published table or view.

    Attributes:
        key: the columns that together are unique; rows are sorted by them.
        columns: the DuckDB type of each column, by name.
        nullable: the columns that may be NULL. In a key column, NULL counts as one value.
        later: the nullable columns that files of earlier versions lack. In rows of such files they are NULL.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    columns: dict[str, str]
    nullable: frozenset[str]
    later: frozenset[str] = frozenset()

    @property
    def comment(self) -> str:
        """The comment on the table in the published file: its grain and its key."""
        return f"Grain: {self.grain}. Key: {', '.join(self.key)}."

    def query(self, source: str, where: str = "true", nulls: Literal["FIRST", "LAST"] = "LAST") -> str:
        """Return SQL that selects the rows of the relation `source` that meet the condition `where`, with the columns
        of this table, in the order of its key. `nulls` is the place of NULL in the order of a key column.
        """
        key = (f"{name} NULLS {nulls}" if name in self.nullable else name for name in self.key)
        return f"SELECT {', '.join(self.columns)} FROM {source} WHERE {where} ORDER BY {', '.join(key)}"

    def stored(self, files: str) -> str:
        """Return the SQL of a relation over the stored files of this table; `files` is the SQL of the list of files.

        Columns in `later` are NULL in files that lack them.
        """
        if not self.later:
            return f"read_parquet({files}, hive_partitioning = false)"
        absent = ", ".join(f"NULL::{self.columns[name]} AS {name}" for name in sorted(self.later))
        read = f"read_parquet({files}, union_by_name = true, hive_partitioning = false)"
        return f"(SELECT {absent} WHERE false UNION ALL BY NAME FROM {read})"

    def no_rows(self) -> str:
        """Return the SQL of a relation without rows, used because `read_parquet` refuses an empty list of files."""
        return f"(SELECT {', '.join(f'NULL::{kind} AS {name}' for name, kind in self.columns.items())} WHERE false)"


def table_of(name: str, grain: str, key: str, columns: str) -> Table:
    """Return a table whose key and columns are given as names separated by blanks.

    A column is `name:TYPE`, or only `name` for a text. A final `?` means that the column may be NULL, and `??` that
    files of earlier versions lack it.
    """
    nullable, later = (
        frozenset(column.partition(":")[0].rstrip("?") for column in columns.split() if column.endswith(mark))
        for mark in ("?", "??")
    )
    named = (column.rstrip("?").partition(":") for column in columns.split())
    types = {column: kind or "VARCHAR" for column, _, kind in named}
    return Table(name, grain, tuple(key.split()), types, nullable, later)
