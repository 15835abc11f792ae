"""Rewrites JSON arrays, and JSON objects over many lines, as one object on each line. The line numbers of the copy thus
count objects and rejected texts.
"""

from codecs import BOM_UTF8 as BOM
from collections.abc import Iterable, Iterator

import numpy as np

from pipelines.reading.files.packings import ByteStream

_BLOCK_BYTES = 1 << 20
_QUOTE, _BACKSLASH, _OPEN, _CLOSE, _NEWLINE, _RETURN, _BLANK = tuple(b'"\\{}\n\r ')
_IS_BETWEEN = np.zeros(256, dtype=bool)
_IS_BETWEEN[list(b"[], \t\r\n\x0b\x0c")] = True


def one_a_line(stream: ByteStream, cutter: "Cutter | None" = None) -> Iterator[bytes]:
    """Yield the text with one object on each line. `cutter` is the result of `Cutter.second`, for a second pass."""
    cutter, buffer = cutter or Cutter(), bytearray(_BLOCK_BYTES)
    while count := stream.readinto(memoryview(buffer)):
        yield cutter.cut(bytes(buffer[:count]))


class Cutter:
    """Cuts a text into lines of one object each, block by block. It keeps its state from one block to the next.

    Brackets, commas and blanks between objects are dropped; other text between them becomes a line, which is rejected.

    Args:
        bases: only for the second pass: for each block, how many of the braces open at its end are never closed.
    """

    def __init__(self, bases: Iterable[int] = ()) -> None:
        self._bases = iter(bases)
        # The minimum depth within each block.
        self._fewest: list[int] = []
        self._is_first = True
        # Whether the block ended within a JSON string, and after a backslash.
        self._is_text = self._is_escaped = False
        # The number of open braces, and how many of them are never closed.
        self._depth = self._base = 0
        # Whether the current output line contains text outside of objects.
        self._has_other = False

    def second(self) -> "Cutter | None":
        """Return a cutter for a second pass that ignores braces that are never closed; None if all braces are closed.
        Must be called at the end of the text.
        """
        # Only the end of the text shows which braces are never closed. The second pass cuts the text as if these braces
        # began no object.
        bases, base = [], self._depth
        for fewest in reversed(self._fewest):
            bases.append(base)
            base = min(base, fewest)
        return Cutter(reversed(bases)) if self._depth else None

    def cut(self, block: bytes) -> bytes:
        """Return the next block with a line end after each object."""
        self._base = next(self._bases, 0)
        if self._is_first:
            block, self._is_first = block.removeprefix(BOM), False
        if not block:
            return b""
        data = np.frombuffer(block, np.uint8)
        is_newline = data == _NEWLINE
        out = np.where(is_newline | (data == _RETURN), np.uint8(_BLANK), data)
        is_text = self._texts(data, is_newline, has_backslash=b"\\" in block)
        braces = np.flatnonzero(((data == _OPEN) | (data == _CLOSE)) & ~is_text)
        before, depths = self._depths(data[braces] == _OPEN)
        starts, ends = braces[(before == 0) & (depths == 1)], braces[(before == 1) & (depths == 0)] + 1
        return self._with_line_ends(data, out, starts, ends)

    def _texts(self, data: np.ndarray, is_newline: np.ndarray, *, has_backslash: bool) -> np.ndarray:
        """Mark the bytes within JSON strings, opening quotes included."""
        is_quote = data == _QUOTE
        if has_backslash or self._is_escaped:
            is_quote[self._escaped(data)] = False
        is_text = np.bitwise_xor.accumulate(is_quote.view(np.uint8)).view(bool)
        if self._is_text:
            is_text = ~is_text
        if (is_text & is_newline).any():
            # No string continues after a line end, so that an unclosed one breaks only its own object.
            newlines = np.flatnonzero(is_newline)
            sizes = np.diff(newlines, prepend=0, append=len(data))
            is_text = is_text ^ np.repeat(np.concatenate([[False], is_text[newlines]]), sizes)
        self._is_text = bool(is_text[-1])
        return is_text

    def _escaped(self, data: np.ndarray) -> np.ndarray:
        """Return the positions after an odd number of backslashes."""
        places = np.flatnonzero(data == _BACKSLASH)
        if self._is_escaped:
            # The backslash that ended the previous block.
            places = np.concatenate([[-1], places])
        firsts = np.flatnonzero(np.diff(places, prepend=-3) != 1)
        counts = np.diff(firsts, append=len(places))
        behind: np.ndarray = (places[firsts] + counts)[counts % 2 == 1]
        self._is_escaped = len(behind) > 0 and int(behind[-1]) == len(data)
        return behind[: len(behind) - self._is_escaped]

    def _depths(self, is_open: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the depth (the number of open braces) before and after each brace. Braces that are known from the
        first pass to be never closed are not counted. A closing brace without an open one does not change the depth.
        """
        if not len(is_open):
            self._fewest.append(self._depth)
            return is_open, is_open
        sums = np.where(is_open, 1, -1).cumsum() + self._depth
        depths = sums - np.minimum(np.minimum.accumulate(sums), 0)
        before = np.concatenate([[self._depth], depths[:-1]])
        self._depth = int(depths[-1])
        self._fewest.append(int(depths.min()))
        if not self._base:
            return before, depths
        bases = np.minimum(np.minimum.accumulate(depths[::-1])[::-1], self._base)
        return before - bases, depths - bases

    @property
    def _is_between(self) -> bool:
        """Whether no object is open at the end of the block."""
        return self._depth <= self._base

    def _with_line_ends(self, data: np.ndarray, out: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> bytes:
        """Return the block as lines, given the positions at which objects start and end. `out`, a copy of the block
        with blanks for its line ends, is changed.
        """
        is_open_first = len(starts) > 0 and (not len(ends) or starts[0] < ends[0])
        begins_between = is_open_first or (not len(ends) and self._is_between)
        firsts = np.concatenate([[0], ends]) if begins_between else ends
        lasts = np.concatenate([starts, [len(data)]]) if self._is_between else starts
        sizes = lasts - firsts
        gaps = np.repeat(np.arange(len(sizes)), sizes)
        places = np.arange(len(gaps)) - np.repeat(sizes.cumsum() - sizes, sizes) + np.repeat(firsts, sizes)
        is_other = ~_IS_BETWEEN[data[places]]
        out[places[~is_other]] = _BLANK
        # The first byte after an object becomes its line end if it is a separator.
        has_room = ends < len(data)
        has_room[has_room] = _IS_BETWEEN[data[ends[has_room]]]
        out[ends[has_room]] = _NEWLINE
        has_other = np.zeros(len(sizes), dtype=bool)
        has_other[gaps[is_other]] = True
        if begins_between:
            has_other[0] |= self._has_other
        is_closed = np.arange(len(sizes)) < len(starts)
        self._has_other = bool(self._is_between and len(has_other) and has_other[-1])
        added = np.concatenate([ends[~has_room], lasts[has_other & is_closed]])
        return (np.insert(out, added, _NEWLINE) if len(added) else out).tobytes()
