"""Splits a large file of lines into pieces that can be read in parallel.

A piece ends with a line. It is read as a file of its own, so its line numbers must be shifted by the lines of the
previous pieces.
"""

import os
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from pipelines.reading.files.landing import LandedFile

_CHUNK = 1 << 20


@dataclass(frozen=True)
class FilePiece(LandedFile):
    """A range of a landed file: `bytes` bytes from the offset `first` on."""

    first: int

    @property
    def is_first(self) -> bool:
        """Whether the piece is at the beginning of the file."""
        return self.first == 0


def pieces_of(file: LandedFile, piece_bytes: int) -> list[FilePiece]:
    """Split a file of lines into pieces of about `piece_bytes`. Raises OSError if it cannot be read."""
    with file.opened() as raw:
        ends = [0]
        while ends[-1] < file.bytes:
            ends.append(_line_end(raw.fileno(), min(ends[-1] + piece_bytes, file.bytes), file.bytes))
    return [FilePiece(file.path, file.full, end - first, file.stamp, first) for first, end in pairwise(ends)]


def _line_end(descriptor: int, place: int, end: int) -> int:
    """Return the first offset from `place` on at which a piece can begin: it follows a line end, and no BOM begins at
    it. If there is no such offset, return `end`, the size of the file.
    """
    while place < end:
        chunk = os.pread(descriptor, _CHUNK, place - 1)
        found = chunk.find(b"\n")
        if found < 0:
            place += len(chunk)
            if not chunk:
                break
        elif os.pread(descriptor, len(BOM_UTF8), place + found) == BOM_UTF8:
            # A BOM at the beginning of a piece would be dropped, but within a file it is part of a line.
            place += found + 1
        else:
            return place + found
    return end


def bytes_of(piece: FilePiece, descriptor: int) -> Iterator[bytes]:
    """Yield the bytes of a piece of an open file."""
    place, end = piece.first, piece.first + piece.bytes
    while place < end and (chunk := os.pread(descriptor, min(_CHUNK, end - place), place)):
        yield chunk
        place += len(chunk)


def lines_of(piece: FilePiece) -> int:
    """Return the number of lines of a piece."""
    with piece.opened() as raw:
        return sum(chunk.count(b"\n") for chunk in bytes_of(piece, raw.fileno()))
