"""The query of a published table has its columns and the order of its key, with NULL first or last as requested."""

from __future__ import annotations

from typing import Literal

import duckdb
import pytest

from pipelines.contract.tables.table import Table


@pytest.mark.parametrize(("nulls", "places"), [("FIRST", [None, "x"]), ("LAST", ["x", None])])
def test_rows_are_ordered_by_a_nullable_key_as_asked(nulls: Literal["FIRST", "LAST"], places: list[str | None]) -> None:
    table = Table("t", "", ("app", "place"), {"place": "VARCHAR", "app": "VARCHAR"}, frozenset({"place"}))
    with duckdb.connect() as connection:
        rows = connection.execute(
            table.query("(VALUES ('a', 'x'), ('a', NULL)) AS t(app, place)", nulls=nulls)
        ).fetchall()
    assert rows == [(place, "a") for place in places]
