"""Sort keys of names: Latin by letters, numbers by value, Chinese by its pinyin.

Sorting in the browser would depend on its version and take seconds for 100,000 names; rows are therefore written in
this order, and tables sort names by row number.
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache, partial

# Prefix of parts that are not Chinese; it sorts them before all Chinese.
_PLAIN = "\0"


def spelling(name: str) -> list[str]:
    """Return the name as a sort key: syllables of pinyin with their tone, and the texts between them.

    Latin letters sort before Chinese, as in a Chinese index; numbers sort by value, up to 12 digits.
    """
    if name.isascii():
        return [_plain(name)]
    return _spell()(name)


@cache
def _spell() -> Callable[[str], list[str]]:
    """Return the function that spells names. Its dictionary takes 0.1 s to load and is not needed for ASCII names.

    Words are cached because names share them.
    """
    from pypinyin import Style
    from pypinyin.converter import DefaultConverter
    from pypinyin.core import Pinyin

    class Words(DefaultConverter):
        convert = lru_cache(maxsize=1 << 15)(DefaultConverter.convert)

    return partial(Pinyin(Words()).lazy_pinyin, style=Style.TONE3, errors=_plain)


def pinyin(spelt: list[str]) -> str:
    """Return the pinyin, without tones, of the Chinese in a name: `WeiXin` for 微信; empty without Chinese.

    `spelt` is the result of `spelling`. Users search for a name by its pinyin, or by the initials, the capitals.
    """
    return "".join(syllable.rstrip("12345").capitalize() for syllable in spelt if not syllable.startswith(_PLAIN))


def _plain(text: str) -> str:
    return _PLAIN + re.sub("[0-9]+", lambda digits: digits[0].zfill(12), text.casefold())
