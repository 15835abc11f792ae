"""Checks that the keys of published tables are unique, with NULL as one value: a repeated row would count twice.

Day tables are checked as they are written (`engines/day_files.py`). Keys are declared with the tables, in
`contract/tables/tables.py` and `contract/tables/day_tables.py`.
"""

from collections.abc import Iterable, Mapping

import duckdb

from pipelines.common.errors import BooksError
from pipelines.common.text import counted


def require_unique_keys(
    connection: duckdb.DuckDBPyConnection, keys: Mapping[str, tuple[str, ...]], sources: Mapping[str, str], where: str
) -> None:
    """Raise if a table has two rows with the same key.

    Args:
        keys: the key of each table.
        sources: each table as a FROM clause, sorted by its key, from trusted names only. The first table with a fault
            is reported, so list a table before the tables derived from it.
        where: the name that the error gives to the source of the tables, such as `marts`.

    Raises:
        BooksError: a key occurs twice.
    """
    counts = " UNION ALL ".join(
        f"SELECT '{name}', count(*) FROM ({_repeated(keys[name], source, '')}) WHERE is_repeated"
        for name, source in sources.items()
    )
    repeated = {name: rows for name, rows in connection.execute(counts).fetchall() if rows}
    for name in sources:
        if name in repeated:
            listed = f"struct_pack({', '.join(f'{column} := {column}' for column in keys[name])}) AS key, "
            example = (
                f"SELECT min(key::VARCHAR) FROM ({_repeated(keys[name], sources[name], listed)}) WHERE is_repeated"
            )
            found = connection.execute(example).fetchall()[0][0]
            # The error may show the key: no key column holds personal data.
            raise repeated_key(name, repeated[name], found, where)


def repeated_key(name: str, rows: int, example: object, where: str) -> BooksError:
    """Return the error for a table in which `rows` rows repeat the key of another row; `example` is such a key."""
    return BooksError(
        f"Keys of {name} are not unique: {counted(rows, 'row')} too many, such as {example}.",
        where=where,
        why="A figure would be stored and counted twice.",
    )


def _repeated(key: Iterable[str], source: str, listed: str) -> str:
    """Return a query over `source`: the columns `listed`, and whether the key equals that of the row before."""
    # Equal keys are adjacent, so one pass finds them, in a tenth of the time of a GROUP BY. The first row has no
    # previous row.
    same = "lag(true, 1, false) OVER () AND " + " AND ".join(
        f"{column} IS NOT DISTINCT FROM lag({column}) OVER ()" for column in key
    )
    return f"SELECT {listed}{same} AS is_repeated FROM {source}"
