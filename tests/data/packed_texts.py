"""Unpacks the numbers in a chart's text, as `static/js/data/packed.ts` does."""

import string

_DIGITS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"


def unpacked(text: str, count: int, absent: int | None = 0) -> list[int | None]:
    """Return the `count` numbers in a text of `packed_numbers.py`. An absent number becomes `absent`."""
    if not text:
        return [absent] * count
    least, dot, written = text.rpartition(".")
    width, *digits = map(_DIGITS.index, written)
    bits = "".join(f"{digit:06b}" for digit in digits)
    assert len(bits) - 5 <= count * width
    # Zeros at the beginning are left out.
    bits = bits.rjust(-(-count * width // 6) * 6, "0")
    codes = [int(bits[i * width : (i + 1) * width], 2) for i in range(count)]
    return [code - 1 + (int(least) if dot else 1) if code else absent for code in codes]
