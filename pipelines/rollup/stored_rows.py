"""Reads a stored day table before it is replaced. A lost or damaged file is no error, as it may be why the table is
replaced.
"""

from pathlib import Path

import polars as pl


def stored_rows(file: Path) -> pl.DataFrame | None:
    """Return the rows of a day table; None if its file is lost or damaged."""
    try:
        return pl.read_parquet(file)
    except (FileNotFoundError, pl.exceptions.ComputeError):
        return None
