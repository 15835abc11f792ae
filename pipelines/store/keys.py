"""Whether the keys of tables are unique, NULL counting as one value: a figure that stands twice would count twice.

Lives here: the check of published tables, whose rows lie in the order of their keys; the tables of a day are checked as
they are written (`engines/day_files.py`). Which columns are a key is declared with
the tables, in `contract/tables/tables.py` and `contract/tables/day_tables.py`.
"""

from collections.abc import Iterable, Mapping

import duckdb

from pipelines.common.errors import BooksError
from pipelines.common.text import counted


def require_unique_keys(
    connection: duckdb.DuckDBPyConnection, keys: Mapping[str, tuple[str, ...]], sources: Mapping[str, str], where: str,
    given: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """Looks for rows that have the key of another row.

    Args:
        keys: the key of each table.
        sources: each table as a FROM clause reads it; its rows lie in the order of its key. Names of our own only. Of
            several faults the first is named: a table stands before those that are made of it.
        where: what is named as the place of the fault.
        given: values that the sources name.

    Raises:
        BooksError: a key is there twice.
    """
    values = dict(given or {})
    counts = " UNION ALL ".join(
        f"SELECT '{name}', count(*) FROM ({_repeated(keys[name], source, '')}) WHERE is_repeated"
        for name, source in sources.items()
    )
    repeated = {name: rows for name, rows in connection.execute(counts, values).fetchall() if rows}
    for name in sources:
        if name in repeated:
            listed = f"struct_pack({', '.join(f'{column} := {column}' for column in keys[name])}) AS key, "
            example = (
                f"SELECT min(key::VARCHAR) FROM ({_repeated(keys[name], sources[name], listed)}) WHERE is_repeated"
            )
            read = {value: values[value] for value in values if f"${value}," in example}
            found = connection.execute(example, read).fetchall()[0][0]
            raise repeated_key(name, repeated[name], found, where)


def repeated_key(name: str, rows: int, example: object, where: str) -> BooksError:
    """The error for a table in which some rows have the key of another row."""
    return BooksError(
        f"The key of {counted(rows, 'row')} of {name} is that of another row, such as {example}.",
        where=where,
        why="A figure would stand twice, and count twice.",
    )


def _repeated(key: Iterable[str], source: str, listed: str) -> str:
    """A query for each row of a table: columns to list, and whether it repeats the key of the row before.

    Equal keys lie side by side, so that one look at the rows finds them: a tenth of the time of a GROUP BY. No column
    of a key holds personal data.
    """
    # The first row has none before it.
    same = "lag(true, 1, false) OVER () AND " + " AND ".join(
        f"{column} IS NOT DISTINCT FROM lag({column}) OVER ()" for column in key
    )
    return f"SELECT {listed}{same} AS is_repeated FROM {source}"
