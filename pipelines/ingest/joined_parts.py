"""Joins the separately read pieces of one large file into one part: collects their records, shifts the line numbers of
their rejects, and adds up their `PartBooks`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.store.part_records import name_of_piece

if TYPE_CHECKING:
    from pipelines.contract.record.parts import PartBooks


def join_pieces(folders: Sequence[Path], lines: Sequence[int], books: "PartBooks", target: Path) -> None:
    """Make one part in the empty folder `target` from the pieces of a large file: move their records, join their
    rejects.

    `folders` and `lines` have the folder and the number of lines of each piece, in order. `books` are the books of the
    whole file.
    """
    import polars as pl
    import pyarrow.parquet as pq

    from pipelines.contract.record.parts import REJECT_SCHEMA
    from pipelines.store.kept_rejects import kept_rejects

    rejected = [folder / "rejects.parquet" for folder in folders]
    for place, folder in enumerate(folders):
        (folder / name_of_piece(0)).rename(target / name_of_piece(place))
    if not any(file.exists() for file in rejected):
        return
    before, of_pieces = 0, []
    for file, count in zip(rejected, lines, strict=True):
        if file.exists():
            of_pieces.append(pl.DataFrame(pq.read_table(file)).with_columns(line=pl.col("line") + before))
        before += count
    kept = kept_rejects(pl.concat(of_pieces), [books]).to_arrow()
    pq.write_table(kept.cast(REJECT_SCHEMA), target / "rejects.parquet", compression="zstd")


def join_books(books: Sequence["PartBooks"]) -> "PartBooks":
    """Return the sum of the books of all pieces."""
    from pipelines.contract.record.parts import PartBooks

    whole = PartBooks(encoding=books[0].encoding)
    for one in books:
        whole.accepted += one.accepted
        whole.rejected += one.rejected
        whole.skipped += one.skipped
        for day, count in one.days.items():
            whole.days[day] = whole.days.get(day, 0) + count
        whole.nulled += one.nulled
        whole.uses |= one.uses
        whole.reasons += one.reasons
    return whole
