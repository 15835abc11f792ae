"""Encodes the numbers of a chart as texts, a third as long as JSON lists. The texts are half of an app's file.

`chart_series.py` selects the numbers; `static/js/data/packed.ts` decodes them.
"""

from math import gcd

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
# Marks an absent number.
NONE = -1
# Bits for each character.
_BITS = 6
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_CHARACTERS = np.frombuffer(_DIGITS.encode(), np.uint8)
# Number of lines that are encoded together: they must fit into the processor's cache. If all their numbers are below
# `_SMALL`, they are encoded as 32-bit numbers, which take half as much of it.
_AT_ONCE = 2048
_SMALL = 2**31 - 1
_POWERS = 10 ** np.arange(1, 18)


def packed_numbers(lines: Numbers) -> list[str]:
    """Return a text for each line of numbers; it is empty if all numbers are `NONE`. Numbers must be below 2^53.

    A text has three parts:
    - the base in decimal and a dot; left out if the base is 1.
    - one character: the number of bits of a code.
    - the codes without gaps, six bits a character, without leading zeros. Code 0 is `NONE`, code 1 the base, code 2 the
      base + 1, and so on.

    The base is the smallest number of the line if that number is 0 or makes the text shorter, otherwise 1.
    """
    texts = []
    for first in range(0, len(lines), _AT_ONCE):
        some = lines[first : first + _AT_ONCE]
        texts += _packed(some.astype(np.int32 if some.max() < _SMALL else np.int64, order="C"))
    return texts


def _packed(lines: npt.NDArray[np.signedinteger]) -> list[str]:
    places = lines.shape[1]
    largest = lines.max(axis=1).astype(np.int64)
    # `NONE` read as an unsigned integer is the largest number.
    smallest = lines.view(f"u{lines.itemsize}").min(axis=1).astype(np.int64)
    plain, moved = _bits(largest), _bits(largest - smallest + 1)
    header = 2 + np.searchsorted(_POWERS, smallest, side="right")
    is_moved = (smallest == 0) | (_characters(plain, places) > _characters(moved, places) + header)
    bits = np.where(is_moved, moved, plain)
    bits[largest == NONE] = 0
    least = np.where(is_moved, smallest, 1)
    texts = [""] * len(lines)
    for width in np.unique(bits[bits > 0]).tolist():
        chosen = np.flatnonzero(bits == width)
        # `NONE` becomes 0, because it is below the base.
        codes = np.maximum(lines[chosen] - (least[chosen, None] - 1).astype(lines.dtype), 0)
        written = _written(codes, width)
        length = written.shape[1]
        text = _CHARACTERS[written].tobytes().decode("ascii")
        for i, place in enumerate(chosen.tolist()):
            head = f"{least[place]}." if is_moved[place] else ""
            # Leading zeros are the days before the first record.
            texts[place] = f"{head}{_DIGITS[width]}{text[i * length : (i + 1) * length].lstrip(_DIGITS[0])}"
    return texts


def _bits(numbers: Numbers) -> Numbers:
    """Return how many binary digits each number has."""
    return np.frexp(np.maximum(numbers, 0).astype(np.float64))[1].astype(np.int64)


def _characters(bits: Numbers, places: int) -> Numbers:
    return -(-bits * places // _BITS)


def _written(codes: npt.NDArray[np.signedinteger], width: int) -> npt.NDArray[np.uint8]:
    """Pack the codes of each line, `width` bits each, into characters, given as numbers from 0 to 63."""
    # Smallest number of codes that fills whole characters.
    together = _BITS // gcd(_BITS, width)
    characters = width // gcd(_BITS, width)
    places = codes.shape[1]
    groups = np.pad(codes, ((0, 0), (0, -places % together))).reshape(len(codes), -1, together)
    written = np.zeros((*groups.shape[:2], characters), np.uint8)
    for character in range(characters):
        first, end = character * _BITS, (character + 1) * _BITS
        for code in range(first // width, (end - 1) // width + 1):
            beyond = (code + 1) * width - end
            part = groups[:, :, code] >> beyond if beyond >= 0 else groups[:, :, code] << -beyond
            written[:, :, character] |= (part & 63).astype(np.uint8)
    return written.reshape(len(codes), -1)[:, : -(-width * places // _BITS)]
