"""Opens a landed file as plain UTF-8 bytes under a path for the database's readers; unpacks and verifies it if it is
compressed.

The path names an open descriptor. So a file name is never read as a glob pattern, a file replaced after the scan is not
read, and unpacked copies have no name: they vanish with the process however it ends.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryFile

from pipelines.reading.files.blocks import MAX_LINE_VALUES, blocks
from pipelines.reading.files.encodings import GB18030, UTF_8, UTF_16, from_gb18030, from_utf_16, is_gb18030, is_utf_16
from pipelines.reading.files.first_bytes import HEAD_BYTES, is_spread
from pipelines.reading.files.growth import UnpackLimits
from pipelines.reading.files.json_objects import Cutter, one_a_line
from pipelines.reading.files.landing import LandedFile
from pipelines.reading.files.packings import HEAD_MARK_BYTES, packing_of
from pipelines.reading.files.pieces import FilePiece, bytes_of
from pipelines.reading.files.unpacking import require_text, unpacked

DESCRIPTORS = Path("/proc/self/fd") if Path("/proc/self/fd").is_dir() else Path("/dev/fd")
_CHUNK = 8 << 10
# If every stretch of this length has a line end, no line is long enough to be refused.
_STRETCH = MAX_LINE_VALUES // 2


@dataclass(frozen=True)
class PlainFile:
    """An open descriptor with a file's plain bytes: the landed file, or an unpacked or converted copy of it. `bytes` is
    the size of the plain bytes, `encoding` the original encoding of the text.
    """

    file: LandedFile
    descriptor: int
    bytes: int
    encoding: str = UTF_8

    @property
    def path(self) -> str:
        """The path for a native reader, valid while the file is open."""
        return str(DESCRIPTORS / str(self.descriptor))

    def stream(self) -> "_Stream":
        """Return a stream from the beginning, independent of other readers."""
        return _Stream(self.descriptor)


class _Stream:
    """A stream with a position of its own, because all readers of a descriptor share its file offset."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._place = descriptor, 0

    def readinto(self, buffer: memoryview, /) -> int:
        count = os.preadv(self._descriptor, [buffer], self._place)
        self._place += count
        return count


@contextmanager
def plain_file(
    file: LandedFile, limits: UnpackLimits, temp: Path, *, may_be_utf_16: bool = False, is_json: bool = False
) -> Iterator[PlainFile]:
    """Open a text file, unpacked if it is compressed. Lines over the limits of `blocks.py` are cut. Copies are files
    without a name in the folder `temp`.

    Args:
        may_be_utf_16: whether UTF-16 is recognized and converted to UTF-8.
        is_json: whether JSON arrays, and JSON objects over many lines, are rewritten as one object a line.

    Raises:
        DamagedFileError: the file is cut or corrupt, is not what its suffix says, or unpacks to more than the limits
            allow.
    """
    with ExitStack() as stack:
        raw = stack.enter_context(file.opened())
        plain = PlainFile(file, raw.fileno(), file.bytes)
        if isinstance(file, FilePiece):
            plain = _copied(plain, bytes_of(file, raw.fileno()), temp, stack)
        elif packing := packing_of(file, raw):
            plain = _copied(plain, unpacked(file, raw, packing, limits), temp, stack)
        head = os.pread(plain.descriptor, HEAD_MARK_BYTES, 0)
        if may_be_utf_16 and is_utf_16(head):
            plain = replace(_copied(plain, from_utf_16(plain.stream()), temp, stack), encoding=UTF_16)
        elif not isinstance(file, FilePiece) or file.is_first:
            require_text(file, head)
        if is_json and not isinstance(file, FilePiece) and is_spread(os.pread(plain.descriptor, HEAD_BYTES, 0)):
            plain = _cut(plain, temp, stack)
        # Native readers fail on lines over the limits of `blocks.py`. A cut line is no record.
        if _has_long_line(plain):
            shorter = (block.data[block.starts[0] : block.starts[-1]] for block in blocks(plain.stream()))
            plain = _copied(plain, shorter, temp, stack)
        yield plain


@contextmanager
def in_utf_8(plain: PlainFile, temp: Path) -> Iterator[PlainFile]:
    """Yield `plain`, or, if its text is GB18030, a UTF-8 copy: a file without a name in the folder `temp`."""
    with ExitStack() as stack:
        if plain.encoding == UTF_8 and is_gb18030(plain.stream()):
            plain = replace(_copied(plain, from_gb18030(plain.stream()), temp, stack), encoding=GB18030)
        yield plain


def _cut(plain: PlainFile, temp: Path, stack: ExitStack) -> PlainFile:
    """Rewrite a JSON text as one object a line."""
    first = Cutter()
    lines = _copied(plain, one_a_line(plain.stream(), first), temp, stack)
    second = first.second()
    return _copied(plain, one_a_line(plain.stream(), second), temp, stack) if second else lines


def _copied(plain: PlainFile, chunks: Iterable[memoryview | bytes], temp: Path, stack: ExitStack) -> PlainFile:
    copy = stack.enter_context(TemporaryFile(dir=temp))  # noqa: SIM115 (the stack closes it)
    for chunk in chunks:
        copy.write(chunk)
    copy.flush()
    return replace(plain, descriptor=copy.fileno(), bytes=copy.tell())


def _has_long_line(plain: PlainFile) -> bool:
    """Whether the file may contain a line that is over the limits of `blocks.py`."""
    for start in range(0, plain.bytes - _STRETCH, _STRETCH):
        place = start
        while b"\n" not in (chunk := os.pread(plain.descriptor, min(_CHUNK, start + _STRETCH - place), place)):
            place += len(chunk)
            if not chunk or place >= start + _STRETCH:
                return True
    return False
