"""Unpacks compressed files within the growth limits, verifies them to the last byte, and maps errors to findings."""

import os
import re
import sys
import zlib
from collections.abc import Iterator
from io import FileIO

from pipelines.common.errors import DamagedFileError
from pipelines.reading.files.growth import GrowthGuard, UnpackLimits
from pipelines.reading.files.landing import LandedFile
from pipelines.reading.files.packings import HEAD_MARK_BYTES, Packing, Piece
from pipelines.reading.files.snappy_pieces import BrokenSnappyError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# Files that begin with these marks are no text, whatever their name. One finding is more useful than a rejection per
# line.
_NO_TEXT = {
    rb"PAR1\x15": "a Parquet file",
    rb"\x1f\x8b\x08": "a gzip file",
    rb"\x28\xb5\x2f\xfd": "a Zstandard file",
    rb"\xfd7zXZ\x00": "an xz file",
    rb"BZh[1-9]1AY&SY": "a bzip2 file",
    rb"7z\xbc\xaf\x27\x1c": "a 7z archive",
    rb"PK\x03\x04": "a zip archive or an Office file",
    rb"\x89PNG\r\n": "a picture",
    rb"\xff\xd8\xff|GIF8[79]a": "a picture",
    rb"%PDF-\d": "a PDF file",
    rb"SQLite format 3\x00": "a SQLite database",
    rb"\x7fELF": "a program",
    rb"Obj\x01": "an Avro file",
    rb"\xff\xfe|\xfe\xff": "text in UTF-16 instead of UTF-8",
    rb"(?s:.{257})ustar(?:\x0000|  \x00)": "a tar archive",
}
# The libraries' messages about wrong checksums.
_CHECKSUM_WORDS = (
    "CRC check failed", "Incorrect length", "doesn't match checksum", "ontentChecksum", "lockChecksum",
    "bad checksum", "crc", "Corrupt input data",
)  # fmt: skip
# The messages of xz and Zstandard about files that demand more memory than the limit.
_MEMORY_WORDS = ("Memory usage limit", "requires too much memory")


def unpacked(file: LandedFile, raw: FileIO, packing: Packing, limits: UnpackLimits) -> Iterator[Piece]:
    """Yield the unpacked bytes of a file in chunks, each valid until the next one is drawn. The checksum is verified
    with the last chunk.

    Raises:
        DamagedFileError: the file is cut or corrupt, unpacks to more than the limits allow, or needs too much memory.
    """
    # Imported lazily: most runs do not need it.
    from lzma import LZMAError

    require_mark(file, raw, packing.mark, packing.name)
    try:
        yield from packing.pieces(raw, GrowthGuard(file, limits))
    except (EOFError, zlib.error, zstd.ZstdError, LZMAError, BrokenSnappyError) as error:
        raise _as_finding(file, error) from None
    except OSError as error:
        # Errors that the libraries raise about the data have no errno.
        if error.errno is not None:
            raise
        raise _as_finding(file, error) from None


def _as_finding(file: LandedFile, error: Exception) -> DamagedFileError:
    if any(words in str(error) for words in _MEMORY_WORDS):
        return DamagedFileError(
            "The file needs more memory to unpack than any log.",
            where=file.path,
            why="None of its records count: a file made to fill memory would block all other files.",
            do="Pack it with a smaller window: by zstd without `--long`, by xz with `-6`.",
        )
    return damaged(file.path, _in_words(error))


def _in_words(error: Exception) -> str:
    text = str(error)
    if isinstance(error, EOFError) or "Truncated" in text:
        return "it ends too early"
    if any(words in text for words in _CHECKSUM_WORDS):
        return "a checksum is wrong"
    return "the packed data is broken"


def require_mark(file: LandedFile, raw: FileIO, mark: bytes, kind: str) -> None:
    """Check that a file begins with the mark of its format.

    Raises:
        DamagedFileError: the file is empty, or does not match the pattern `mark`.
    """
    head = os.pread(raw.fileno(), HEAD_MARK_BYTES, 0)
    if not head:
        raise damaged(file.path, "it is empty")
    if not re.match(mark, head):
        raise _misnamed(file, f"not a {kind} file")


def require_text(file: LandedFile, head: bytes) -> None:
    """Check the first `HEAD_MARK_BYTES` of a file that should be text.

    Raises:
        DamagedFileError: the file begins with the mark of another format.
    """
    if kind := next((kind for mark, kind in _NO_TEXT.items() if re.match(mark, head)), None):
        raise _misnamed(file, kind)


def _misnamed(file: LandedFile, kind: str) -> DamagedFileError:
    return DamagedFileError(
        f"The file is not what its name says: it is {kind}.",
        where=file.path,
        why="None of its records count: it cannot be read as its name says.",
        do="Give it the name of its format, or deliver it as UTF-8 text.",
    )


def damaged(path: str, finding: str) -> DamagedFileError:
    """Return the error of a file that is cut or corrupt."""
    return DamagedFileError(
        f"The file is cut or corrupt: {finding}",
        where=path,
        why="None of its records count, because it is unknown how many are missing.",
        do="Deliver the whole file again under the same name.",
    )
