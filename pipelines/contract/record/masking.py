"""MASKING: what people may see of a record: the values under some of its fields, and of other text what is no number.

Lives here: the rules of masking. Does not belong here: where a rejected record's text comes from
(`reading/rejected_text.py`).
"""

import re
from collections.abc import Iterable
from typing import Final

MAX_REJECTED_TEXT: Final = 2000
MASK: Final = "***"
# Raise it when more is masked than before. What other rules masked is published as `***`, until it is read again.
MASKING_VERSION: Final = 2


# The short ones are parts of other words, too: hotel, machine, candidate.
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


# A blank or a NUL byte may stand between two digits, a dash where a number is written in three and twice four.
_IMEI = re.compile(r"(?<!\d)\d(?:[ \0]?\d){14}(?!\d)")


_MOBILE = re.compile(
    r"(?<!\d)(?:86)?[1１][ \0]?[3-9３-９][ \0]?\d"
    r"(?:[ \0-]?\d(?:[ \0]?\d){3}){2}(?!\d)"
)


# Six or more letters and digits; a blank may stand between two digits.
_RUN = re.compile(r"(?:\d (?=\d)|[^\W_]){6,}+")
_LEAST_LENGTH = 6


_DIGIT = re.compile(r"\d")


# Letters and digits that JSON hides behind their code points, in a JSON text of a JSON text, too.
_HIDDEN = re.compile(r"\\{1,4}u([0-9a-fA-F]{4})")


def masked_value(text: str, personal: Iterable[str] = ()) -> str:
    """What stands under a field that may be seen, without 11-digit mobile numbers and 15-digit IMEIs; cut at 2,000
    characters.

    Args:
        personal: values that are known to be a device or a phone. Short ones may be words of the log, too, and stay.
    """
    text = _shortened(text)
    for value in personal:
        if len(value) >= _LEAST_LENGTH:
            text = text.replace(value, MASK)
    return _MOBILE.sub(MASK, _IMEI.sub(MASK, text))[:MAX_REJECTED_TEXT]


def masked_text(text: str, personal: Iterable[str] = ()) -> str:
    """A text of no known fields for people to read: what may be personal is masked, then it is cut at 2,000 characters.

    Masked is each run of six or more letters and digits with a digit in it, what stands under a phone, device or token
    key, and any mobile number, UUID or MAC address. Masking comes before the cut, so that no half of a number is left
    at the edge. Letters and digits that JSON escapes are written as themselves, and NUL bytes, as they stand between
    all letters of UTF-16, are left out: a key or a number is known in any spelling.

    Args:
        personal: values that are known to be a device or a phone, wherever they stand.
    """
    text = _shortened(_HIDDEN.sub(_as_itself, text).replace("\0", ""))
    for value in personal:
        text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", MASK, text)
    text = _keys_masked(text)
    for numbers in (_UUID, _MAC, _MOBILE):
        text = numbers.sub(MASK, text)
    return _RUN.sub(_without_digits, text)[:MAX_REJECTED_TEXT]


def names_somebody(name: str) -> bool:
    """Whether a column of that name may hold a device, a phone or a token."""
    return re.search(rf"(?i){_TOKEN_KEY}", name) is not None


def _shortened(text: str) -> str:
    """What 2,000 characters can be left of: a text of megabytes is cut, without the half word at the edge."""
    if len(text) <= MAX_REJECTED_TEXT * 4:
        return text
    text = text[: MAX_REJECTED_TEXT * 4]
    return text[:-200] + re.sub(r"[^,;\n]+$", "", text[-200:])


def _as_itself(hidden: re.Match[str]) -> str:
    letter = chr(int(hidden[1], 16))
    return letter if letter.isalnum() or letter in "_- \0" else hidden[0]


def _without_digits(run: re.Match[str]) -> str:
    return MASK if _DIGIT.search(run[0]) else run[0]


def _keys_masked(text: str) -> str:
    """The text without what stands under the keys: a value, or all of a list or object."""
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
    """Where the JSON list or object that begins at `place` ends; the end of the text where it is cut."""
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
