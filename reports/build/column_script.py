"""Writes a table of all apps as a script, by column, so that a browser opens 100,000 rows at once.

The columns are defined in `sql/figures/` and `content/listings.py`. Measured in Chromium with 100,000 apps:
parsing rows as arrays takes 1.4 s; one non-ASCII character doubles the size of the whole text; columns as separate JSON
texts, parsed when they are first needed, take 0.3 s.
"""

import json

import polars as pl

# Columns with few distinct values: written as the values and the index of each row's value.
_CODED = ("platform", "account", "status")


def column_script(variable: str, table: pl.DataFrame) -> bytes:
    """Return a script that sets `variable` to an object: the number of `rows`, and the `columns` by name.

    A column is a JSON text with a value for each row. A column in `_CODED` is stored as its distinct values, with an
    index for each row. A column of lists has a JSON text for each position in the lists.
    """
    columns = {name: _column(table, name) for name in table.columns}
    body = ",\n".join(f'"{name}":{text}' for name, text in columns.items())
    return f'window.{variable}={{"rows":{table.height},"columns":{{\n{body}\n}}}};\n'.encode("ascii")


def _column(table: pl.DataFrame, name: str) -> str:
    column = table.get_column(name)
    if isinstance(column.dtype, pl.List):
        length = len(column[0]) if table.height else 0
        return "[" + ",".join(_text(column.list.get(i).to_list()) for i in range(length)) + "]"
    if name in _CODED:
        values = sorted(column.unique())
        places = {value: i for i, value in enumerate(values)}
        return _text({"values": values, "of": [places[value] for value in column]})
    if name == "folder":
        keys = table.get_column("key")
        return _text([0 if folder == key else folder for folder, key in zip(column, keys, strict=True)])
    return _text(column.to_list())


def _text(content: object) -> str:
    """Return `content` as JSON in a string literal of a script, in ASCII."""
    text = json.dumps(content, separators=(",", ":"))
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("<", "\\u003c") + "'"
