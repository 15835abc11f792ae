"""The results of the steps of a run, in our own types: `assets.py` gives them to Dagster, `run_records.py` stores them.

Loading Dagster takes more time than all else of a run with nothing new.
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
        """Its address in a browser."""
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
    """An asset that was made, or one partition of it, and what it holds."""

    asset: str
    metadata: Metadata
    partition: str | None = None


@dataclass(frozen=True)
class Observed:
    """An asset that others make, as it was found."""

    asset: str
    metadata: Metadata


@dataclass(frozen=True)
class Evaluated:
    """A check's result."""

    check: str
    passed: bool
    metadata: Metadata


Result = Made | Observed | Evaluated
