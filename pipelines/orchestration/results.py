"""The results of steps in our own types, which `as_dagster.py` converts for Dagster and `run_records.py` stores.

Loading Dagster's types takes more time than all else in a run with nothing new.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Page:
    """A file that Dagster's pages link to."""

    file: Path

    @property
    def address(self) -> str:
        """The URL of the file."""
        return self.file.as_uri()


@dataclass(frozen=True)
class Columns:
    """The columns of a table with their types, and its key."""

    types: Mapping[str, str]
    key: tuple[str, ...]


Value = str | int | float | Page | Columns
Metadata = dict[str, Value]


@dataclass(frozen=True)
class Made:
    """A materialized asset, or one materialized partition of an asset, with metadata."""

    asset: str
    metadata: Metadata
    partition: str | None = None


@dataclass(frozen=True)
class Observed:
    """An asset that something outside of the run made, such as `landing`, with metadata."""

    asset: str
    metadata: Metadata


@dataclass(frozen=True)
class Evaluated:
    """The result of a check."""

    check: str
    passed: bool
    metadata: Metadata


Result = Made | Observed | Evaluated
