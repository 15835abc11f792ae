"""MASKING: removes personal values from texts of records that users may see.

The text of rejected records is built in `reading/rejected_text.py`.
"""

import re
from collections.abc import Iterable
from typing import Final

MAX_REJECTED_TEXT: Final = 2000
MASK: Final = "***"
# Raise this version when more is masked than before. Text masked by older rules is published as `***` until its file is
# read again.
MASKING_VERSION: Final = 3


# The short keys need word boundaries: they occur in hotel, machine, candidate.
_TOKEN_KEY = (
    r"(?:phone|mobile|msisdn|device|imei|imsi|idfa|idfv|oaid|android_?id|token|secret|手机|电话|设备"
    r"|(?<![a-z])(?:tel|telno|udid|gaid|mac|macaddr|did)(?![a-z]))"
)


# The end of a phone, device or token key, in JSON (also escaped) or key=value form. Between quotes it may have spaces.
_KEY = re.compile(rf"(?i){_TOKEN_KEY}(?:[\w .-]{{0,64}}\\?[\"']|[\w.-]{{0,64}})\s*[:=]\s*")


_VALUE = re.compile(r"""\\?"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,;&}\]]+""")


_JSON_MARK = re.compile(r'\\.|["\[\]{}]')


_UUID = re.compile(r"(?i)(?<![0-9a-f])[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}(?![0-9a-f])")


_MAC = re.compile(r"(?i)(?<![0-9a-f])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?![0-9a-f])")


# A blank or a NUL byte is allowed between two digits. An IMEI may have dashes between its groups of 2, 6, 6 and 1
# digits, a mobile number any sign between its groups of 3, 4 and 4.
_IMEI = re.compile(r"(?<!\d)(?:\d(?:[ \0]?\d){14}|\d\d-\d{6}-\d{6}-\d)(?!\d)")


_MOBILE = re.compile(
    r"(?<!\d)(?:86)?[1１][ \0]?[3-9３-９][ \0]?\d"
    r"(?:[\W_]?\d(?:[ \0]?\d){3}){2}(?!\d)"
)


# Six or more letters and digits, with blanks allowed between two digits.
_RUN = re.compile(r"(?:\d (?=\d)|[^\W_]){6,}+")
_LEAST_LENGTH = 6


_DIGIT = re.compile(r"\d")


# Letters and digits that JSON escapes as code points, also in JSON within JSON.
_ESCAPED_CHARACTER = re.compile(r"\\{1,4}u([0-9a-fA-F]{4})")


def masked_value(text: str, personal: Iterable[str] = ()) -> str:
    """Mask 11-digit mobile numbers and 15-digit IMEIs in the value of a field that users may see, and cut the value at
    2,000 characters.

    Args:
        personal: known values of devices or phones, masked too if they have six characters or more: shorter ones may
            also be ordinary words.
    """
    text = _shortened(text)
    for value in personal:
        if len(value) >= _LEAST_LENGTH:
            text = text.replace(value, MASK)
    return _MOBILE.sub(MASK, _IMEI.sub(MASK, text))[:MAX_REJECTED_TEXT]


def masked_text(text: str, personal: Iterable[str] = ()) -> str:
    """Mask possibly personal values in a text without known fields, then cut it at 2,000 characters.

    This masks each sequence of six or more letters and digits with a digit in it, the values of phone, device or token
    keys, and any mobile number, UUID or MAC address. The result has no NUL bytes, and no JSON escapes of letters and
    digits.

    Args:
        personal: known values of devices or phones; each is masked as a whole word.
    """
    # Keys and numbers must be found in any spelling. UTF-16 has NUL bytes between all letters.
    text = _shortened(_ESCAPED_CHARACTER.sub(_unescaped, text).replace("\0", ""))
    for value in personal:
        text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", MASK, text)
    text = _keys_masked(text)
    for numbers in (_UUID, _MAC, _MOBILE):
        text = numbers.sub(MASK, text)
    # The cut comes last, so that it leaves no part of a number at the edge.
    return _RUN.sub(_without_digits, text)[:MAX_REJECTED_TEXT]


def is_personal_column(name: str) -> bool:
    """Return whether a column with that name may contain a device, a phone or a token."""
    return re.search(rf"(?i){_TOKEN_KEY}", name) is not None


def _shortened(text: str) -> str:
    """Cut a very long text to about four times the shown length, without the partial value at the end."""
    if len(text) <= MAX_REJECTED_TEXT * 4:
        return text
    text = text[: MAX_REJECTED_TEXT * 4]
    return text[:-200] + re.sub(r"[^,;\n]+$", "", text[-200:])


def _unescaped(hidden: re.Match[str]) -> str:
    letter = chr(int(hidden[1], 16))
    return letter if letter.isalnum() or letter in "_- \0" else hidden[0]


def _without_digits(run: re.Match[str]) -> str:
    return MASK if _DIGIT.search(run[0]) else run[0]


def _keys_masked(text: str) -> str:
    """Return the text with the values of personal keys masked. A value that is a list or an object is masked whole."""
    masked, place = [], 0
    while key := _KEY.search(text, place):
        masked.append(text[place : key.end()])
        place = key.end()
        if text[place : place + 1] in ("[", "{"):
            masked.append(MASK)
            place = nested_end(text, place)
        elif value := _VALUE.match(text, place):
            masked.append(MASK)
            place = value.end()
    return "".join([*masked, text[place:]])


def nested_end(text: str, place: int) -> int:
    """Return the index after the JSON list or object that begins at `place`; the text's length if it has no end."""
    depth, in_text = 0, False
    for found in _JSON_MARK.finditer(text, place):
        if found[0] == '"':
            in_text = not in_text
        elif not in_text and found[0] in "[{":
            depth += 1
        elif not in_text and found[0] in "]}":
            depth -= 1
            if depth == 0:
                return found.end()
    return len(text)
