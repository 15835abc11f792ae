"""Groups new files: small files of one source and format share a query and a part, large files have their own."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipelines.reading.files.landing import LandedFile, compression_of
from pipelines.reading.sources.mapping import Format, SourceMapping

# Larger files have a query and a part of their own, which costs about 50 ms: 60 files of 7 MB take 4.0 s together, and
# 6.5 s on their own.
_SMALL_BYTES = 16 << 20
# Compressed logs unpack to about ten times their size.
_SMALL_PACKED_BYTES = _SMALL_BYTES // 10
# Each file needs one descriptor, a compressed file two, and a process may open 1,024.
_FILES = 256
_BATCH_BYTES = 64 << 20


@dataclass(frozen=True)
class Batch:
    """Files that are read into one part by one source mapping."""

    files: Sequence[LandedFile]
    source: SourceMapping

    @property
    def bytes(self) -> int:
        """The total size of the landed files, before unpacking."""
        return sum(file.bytes for file in self.files)


def batches(new: Iterable[tuple[LandedFile, SourceMapping]]) -> Iterator[Batch]:
    """Group new files by source and format into batches, and yield each batch as soon as it is full. A large file and a
    Parquet file are batches of their own.
    """
    waiting: dict[tuple[str, Format], list[LandedFile]] = {}
    sources: dict[str, SourceMapping] = {}
    for file, source in new:
        form = source.format_for(file.path)
        if not _is_small(file, form):
            yield Batch([file], source)
            continue
        sources[source.name] = source
        files = waiting.setdefault((source.name, form), [])
        files.append(file)
        if len(files) == _FILES or sum(one.bytes for one in files) > _BATCH_BYTES:
            yield Batch(waiting.pop((source.name, form)), source)
    for (name, _), files in waiting.items():
        yield Batch(files, sources[name])


def _is_small(file: LandedFile, form: Format) -> bool:
    # Parquet files are read one by one in a child process.
    return form != "parquet" and file.bytes <= (_SMALL_PACKED_BYTES if compression_of(file.path) else _SMALL_BYTES)
