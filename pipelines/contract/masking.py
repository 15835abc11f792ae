"""MASKING: what people may see of a record: phones, devices and tokens masked, by key and by form.

Lives here: the rules of masking. Does not belong here: where a rejected record's text comes from
(`reading/rejected_text.py`).
"""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final

MAX_REJECTED_TEXT: Final = 2000


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


_IMEI = re.compile(r"(?<!\d)\d{15}(?!\d)")


_MOBILE = re.compile(r"(?<!\d)(?:86)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")


# Letters and digits that JSON hides behind their code points, in a JSON text of a JSON text, too.
_HIDDEN = re.compile(r"\\{1,4}u([0-9a-fA-F]{4})")


def personal_places(header: Sequence[str], personal: Collection[str]) -> list[int]:
    """The places of the columns that hold a device, a phone or a token: by their names, or as `personal` has them."""
    return [place for place, name in enumerate(header) if name in personal or re.search(rf"(?i){_TOKEN_KEY}", name)]


def masked_text(text: str, personal: Iterable[str] = ()) -> str:
    """A rejected record's text for people to read: personal data masked, then cut at 2,000 characters.

    Masked is what stands under a phone, device or token key, and any 11-digit mobile number, 15-digit IMEI
    or UUID anywhere. Masking comes before the cut, so that no half of a number is left at the edge. Letters and digits
    that JSON escapes are written as themselves: a key is known in any spelling.

    Args:
        personal: values that are known to be a device or a phone, wherever they stand.
    """
    text = _HIDDEN.sub(_as_itself, text)
    for value in personal:
        text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", "***", text)
    if len(text) > MAX_REJECTED_TEXT * 4:
        # A line of megabytes is cut first, with room for what masks shorten, and without the half word at the edge.
        text = text[: MAX_REJECTED_TEXT * 4]
        text = text[:-200] + re.sub(r"[^\s,;]+$", "", text[-200:])
    text = _keys_masked(text)
    text = _UUID.sub("***", text)
    text = _IMEI.sub("***", text)
    text = _MOBILE.sub("***", text)
    return text[:MAX_REJECTED_TEXT]


def _as_itself(hidden: re.Match[str]) -> str:
    letter = chr(int(hidden[1], 16))
    return letter if letter.isalnum() or letter in "_- " else hidden[0]


def _keys_masked(text: str) -> str:
    """The text without what stands under the keys: a value, or all of a list or object."""
    masked, place = [], 0
    while key := _KEY.search(text, place):
        masked.append(text[place : key.end()])
        place = key.end()
        if text[place : place + 1] in ("[", "{"):
            masked.append("***")
            place = _nested_end(text, place)
        elif value := _VALUE.match(text, place):
            masked.append("***")
            place = value.end()
    return "".join([*masked, text[place:]])


def _nested_end(text: str, place: int) -> int:
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
