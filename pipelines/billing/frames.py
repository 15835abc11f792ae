"""Data frames with the columns of published tables."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from pipelines.contract.tables.tables import TABLES

_TYPES: Final = {
    "VARCHAR": pl.String(), "BIGINT": pl.Int64(), "INTEGER": pl.Int32(), "DOUBLE": pl.Float64(), "DATE": pl.Date(),
    "TIMESTAMPTZ": pl.Datetime("us", "UTC"),
}  # fmt: skip


def frame(table: str, rows: Sequence[tuple[object, ...]] = ()) -> pl.DataFrame:
    """Return a data frame with the columns and types of a published table; the rows have its columns in order."""
    types = TABLES[table].columns
    columns = zip(*rows, strict=True) if rows else ([] for _ in types)
    return pl.DataFrame(
        [pl.Series(name, values, _TYPES[types[name]]) for name, values in zip(types, columns, strict=True)]
    )
