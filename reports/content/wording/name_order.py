"""How names are sorted and found: Latin by letters, numbers by value, Chinese by its pinyin.

Lives here: the spelling of a name. A browser's own order differs by its version and takes seconds for 100,000 names;
rows are therefore written in order, and a table sorts names by the rows' numbers.
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache, partial

# What is not Chinese is marked with it, and thereby stands before all Chinese.
_PLAIN = "\0"


def spelling(name: str) -> list[str]:
    """The name as a sort key: syllables of pinyin with their tone, and the stretches between them.

    Latin letters stand before Chinese, as in a Chinese index; a number sorts by its value, up to 12 digits.
    """
    if name.isascii():
        return [_plain(name)]
    return _spell()(name)


@cache
def _spell() -> Callable[[str], list[str]]:
    """The dictionary takes a tenth of a second to load, which ASCII names alone should not pay; names share words."""
    from pypinyin import Style
    from pypinyin.converter import DefaultConverter
    from pypinyin.core import Pinyin

    class Words(DefaultConverter):
        convert = lru_cache(maxsize=1 << 15)(DefaultConverter.convert)

    return partial(Pinyin(Words()).lazy_pinyin, style=Style.TONE3, errors=_plain)


def pinyin(spelt: list[str]) -> str:
    """The pinyin of a spelt name's Chinese without its tones, `WeiXin` of 微信: what people type to find it, whole or
    by its initials, which are its capitals. Empty without Chinese."""
    return "".join(syllable.rstrip("12345").capitalize() for syllable in spelt if not syllable.startswith(_PLAIN))


def _plain(text: str) -> str:
    return _PLAIN + re.sub("[0-9]+", lambda digits: digits[0].zfill(12), text.casefold())
