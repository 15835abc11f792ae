"""Selects the rejected records that a part keeps: the first `KEPT_REJECTS` of each file and reason.

The books count all rejected records. The writer of a part (`engines/duckdb/part_writer.py`) and the code that joins the
pieces of a large file (`ingest/joined_parts.py`) use these rules.
"""

from collections import Counter
from collections.abc import Sequence

import polars as pl

from pipelines.contract.record.fields import KEPT_REJECTS
from pipelines.contract.record.parts import PartBooks

_GROUP = ("file", "reason")


def count_rejected(reasons: Counter[str], reason: str, count: int) -> int:
    """Add `count` records rejected for `reason` to the counts of their file; return how many of them are kept.

    The first records of a file are kept, so records must come in the order of their lines.
    """
    kept = min(count, max(0, KEPT_REJECTS - reasons[reason]))
    reasons[reason] += count
    return kept


def kept_rejects(rejects: pl.DataFrame, books: Sequence[PartBooks]) -> pl.DataFrame:
    """Return the first `KEPT_REJECTS` rows of each file and reason, in their order, with the column `rejected`.

    `rejected` is 1, but in the last row of a file and reason it also counts the records that are not kept. So its sum
    is the number of rejected records in the books.

    Args:
        rejects: rows of `REJECT_SCHEMA`, in the order of their lines within a file and reason.
        books: the books of the files, by their place in the part.
    """
    totals = pl.DataFrame(
        [(file, reason, count) for file, of_file in enumerate(books) for reason, count in of_file.reasons.items()],
        schema={"file": pl.Int32, "reason": pl.String, "total": pl.Int64},
        orient="row",
    )
    place = pl.int_range(pl.len()).over(_GROUP)
    kept = rejects.filter(place < KEPT_REJECTS).join(totals, on=_GROUP, how="left", maintain_order="left")
    count = pl.len().over(_GROUP)
    behind = pl.when(place == count - 1).then(pl.col("total") - count).otherwise(0)
    return kept.with_columns(rejected=1 + behind).drop("total")
