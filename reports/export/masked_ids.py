"""Masks phone numbers and device ids inside the ids of records that the site publishes.

Clients may log a phone number or a device id as the id of an event, attempt or account, or as a part of such an id. A
record only has hashes of its device and phone, and the phone's mask. So the words of an id are hashed in the same way
and compared with the record's hashes.
"""

import re
from collections.abc import Iterator
from itertools import combinations
from typing import Final
from uuid import UUID

import polars as pl

from pipelines.contract.record.masking import MASK, masked_value
from pipelines.contract.record.personal_hashes import hash_halves

ID_FIELDS: Final = ("event_id", "attempt_id", "account_id")
_KNOWN_DIGITS = re.compile(r"(\d{3})\*{4}(\d{4})")
_PIECE = re.compile(r"[^\s_|:;,/#@.]+")
_SHORTEST = 6
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# A word with more parts is a text, not an id.
_MOST_PARTS = 12
_HALF = 2**64


def masked_ids(records: pl.DataFrame, key: str) -> pl.DataFrame:
    """Return records with `***` in their ids instead of mobile numbers, IMEIs, and the record's own device and phone.

    Args:
        records: with `device_hash`, `phone_hash` and `phone_mask`.
        key: the key of the hashes.
    """
    pieces = sorted({piece for name in ID_FIELDS for text in records[name].drop_nulls() for piece in _pieces(text)})
    halves = hash_halves(pl.DataFrame({"id": pl.Series(pieces, dtype=pl.String)}), key)
    hashes = {
        piece: str(UUID(int=high % _HALF << 64 | low % _HALF))
        for piece, (high, low) in zip(pieces, halves.iter_rows(), strict=True)
    }
    own = list(records.select("device_hash", "phone_hash", "phone_mask").iter_rows())
    return records.with_columns(
        pl.Series(name, [_masked(text, hashes, *ids) for text, ids in zip(records[name], own, strict=True)], pl.String)
        for name in ID_FIELDS
    )


def _pieces(text: str) -> Iterator[str]:
    """Yield the strings in an id that may be a phone number or a device id: the id itself, its words, and the parts of
    words with dashes (for `a-b-c` also `a-b` and `b-c`). UUIDs are not split; short strings are left out.
    """
    for word in {text, *_PIECE.findall(text)}:
        if len(word) >= _SHORTEST:
            yield word
        parts = word.split("-")
        if 1 < len(parts) <= _MOST_PARTS and not _UUID.fullmatch(word):
            spans = ("-".join(parts[first:end]) for first, end in combinations(range(len(parts) + 1), 2))
            yield from (span for span in spans if len(span) >= _SHORTEST)


def _masked(
    text: str | None, hashes: dict[str, str], device: str | None, phone: str | None, mask: str | None
) -> str | None:
    if text is None:
        return None
    for piece in sorted(_pieces(text), key=len, reverse=True):
        if hashes[piece] in (device, phone):
            text = text.replace(piece, MASK)
    # Patterns cannot find a number between other digits; the record's own number is found by its mask.
    if mask and (known := _KNOWN_DIGITS.fullmatch(mask)):
        text = re.sub(rf"{known[1]}\d{{4}}{known[2]}", MASK, text)
    return masked_value(text)
