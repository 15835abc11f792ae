"""A chart's numbers as texts: read again, they are what they were."""

from base64 import b64decode

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from reports.content.packed_numbers import add_packed_numbers

_NAMES = ("authorizations", "requests", "cancelled", "verifications", "undelivered", "p50", "p95")
_NUMBER = st.one_of(st.none(), st.integers(0, 3), st.integers(0, 10**12))
_ROW = st.fixed_dictionaries(dict.fromkeys(_NAMES, _NUMBER))


@given(st.integers(2, 14).flatmap(lambda n: st.lists(st.one_of(st.none(), _ROW), min_size=n, max_size=n)))
def test_what_is_packed_is_read_again(days: list[dict[str, int | None] | None]) -> None:
    rows = [{"place": place} | day for place, day in enumerate(days) if day is not None]
    texts = packed(rows[::-1], len(days))
    for text, name in zip(texts, _NAMES, strict=True):
        numbers = [(day or {}).get(name) for day in days]
        absent = None if name in ("p50", "p95") else 0
        assert unpacked(text, len(days), absent) == [absent if one is None else one for one in numbers]
        assert (text == "") == all(one in (None, absent) for one in numbers)


def test_as_written() -> None:
    """Ten is 0xA, written as B; a day without a row counts nothing, written as 1; fifteen takes a second digit."""
    rows = [row(0, authorizations=10, p50=10), row(1, authorizations=14, p50=15), row(3)]
    assert packed(rows, 4)[0] == "vxE="  # B F 1 1
    assert packed(rows, 4)[5] == "CxAAAA=="  # 0B 10 00 00
    assert packed(rows, 4)[1:5] == ["", "", "", ""]
    # An odd digit at the end fills the byte.
    assert packed(rows[:1], 3)[0] == "sRA="  # B 1 1 0


def row(place: int, **numbers: int) -> dict[str, int | None]:
    return {"place": place, **dict.fromkeys(_NAMES, None), **numbers}


def packed(rows: list[dict[str, int | None]], length: int) -> list[str]:
    with duckdb.connect() as connection:
        add_packed_numbers(connection)
        found = connection.execute("SELECT packed_numbers($rows, $length)", {"rows": rows, "length": length}).fetchone()
    assert found is not None
    return list(found[0])


def unpacked(text: str, length: int, absent: int | None) -> list[int | None]:
    """As `figures.js` reads it."""
    if not text:
        return [absent] * length
    written = b64decode(text).hex()
    digits = len(written) // length
    numbers = [int(written[i * digits : (i + 1) * digits], 16) for i in range(length)]
    return [number - 1 if number else None for number in numbers]
