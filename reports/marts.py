"""Reads the published tables; one query for all apps each, whatever their number.

Lives here: running `sql/*.sql` and nothing more. Does not belong here: what a page makes of the rows.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.errors import AuthmeterError

DAYS = 30
# A page must open in a browser: tables that grow without end are cut here, and say so.
ROW_LIMIT = 5000


@cache
def _query(name: str) -> str:
    return (Path(__file__).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Publication:
    """What is published: the last closed day, when data last changed (RFC 3339), zone, and whose data it is."""

    as_of: date
    generated_at: str
    time_zone: str
    first_day: date | None
    is_synthetic: bool


class Marts:
    """The published tables of one as-of, read-only."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        found = self._connection.sql(_query("publication")).fetchall()
        if len(found) != 1:
            raise AuthmeterError(
                "Nothing is published yet.",
                where="table publication",
                why="Reports show published days only.",
                do="Run `authmeter run`.",
            )
        as_of, generated_at, time_zone, first_day, is_synthetic = found[0]
        self.publication = Publication(as_of, str(generated_at), time_zone, first_day, bool(is_synthetic))
        self._values = {"first": as_of - timedelta(days=DAYS - 1), "last": as_of, "limit": ROW_LIMIT}

    def _relation(self, name: str, values: dict[str, Any]) -> duckdb.DuckDBPyRelation:
        text = _query(name)
        named = set(re.findall(r"\$(\w+)", text))
        return self._connection.sql(text, params={k: v for k, v in (self._values | values).items() if k in named})

    def rows(self, name: str) -> list[tuple[Any, ...]]:
        """The rows of `sql/<name>.sql`."""
        return self._relation(name, {}).fetchall()

    def frame(self, name: str, **values: str) -> pl.DataFrame:
        """The rows of `sql/<name>.sql` as a frame; `values` are the query's own parameters."""
        return pl.DataFrame(self._relation(name, values))
