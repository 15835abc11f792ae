"""Every published table and view has expected rows in some golden case of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipelines.contract.tables.tables import TABLES, VIEWS

HERE = Path(__file__).parent


def expected_tables() -> Iterator[tuple[str, Path]]:
    """Yield the name of the table and the path of each file of expected rows."""
    for folder in ("rollup", "marts"):
        yield from ((file.parts[-3], file) for file in HERE.glob(f"{folder}/*/*/expect.csv"))
    yield from ((file.stem, file) for file in HERE.glob("end_to_end/*/expected/*.csv"))
    for folder, prefix in (("packages", ""), ("sessions", ""), ("reconciliation", "reconciliation_")):
        files = HERE.glob(f"{folder}/*/expect_*.csv")
        yield from ((prefix + file.stem.removeprefix("expect_"), file) for file in files)


def test_every_published_table_has_a_golden_case() -> None:
    with_rows = {name for name, file in expected_tables() if len(file.read_text("utf-8").splitlines()) > 1}
    assert (TABLES | VIEWS).keys() - with_rows == set()
