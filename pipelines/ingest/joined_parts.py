"""The pieces of one large file, read in different places, as one part: their records side by side, the numbers of
rejected lines counted on, and their books together.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.store.part_records import name_of_piece

if TYPE_CHECKING:
    from pipelines.contract.parts import PartBooks


def join_pieces(folders: Sequence[Path], lines: Sequence[int], target: Path) -> None:
    """Moves the records of folders, in their order, into the empty folder `target`; `lines` is how many each has."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from pipelines.contract.parts import REJECT_SCHEMA

    rejected = [folder / "rejects.parquet" for folder in folders]
    for place, folder in enumerate(folders):
        (folder / name_of_piece(0)).rename(target / name_of_piece(place))
    if not any(file.exists() for file in rejected):
        return
    before = 0
    with pq.ParquetWriter(target / "rejects.parquet", REJECT_SCHEMA, compression="zstd") as writer:
        for file, count in zip(rejected, lines, strict=True):
            if file.exists():
                for batch in pq.ParquetFile(file).iter_batches():
                    numbers = pa.array(batch.column("line").to_numpy() + before)
                    columns = [numbers if name == "line" else batch.column(name) for name in REJECT_SCHEMA.names]
                    writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=REJECT_SCHEMA))
            before += count


def join_books(books: Sequence["PartBooks"]) -> "PartBooks":
    """The books of all pieces together."""
    from pipelines.contract.parts import PartBooks

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
