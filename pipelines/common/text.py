"""Formats numbers, names and paths for messages, and holds texts in Chinese and English (`Bilingual`)."""

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from math import ceil, floor
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from markupsafe import Markup

Language = Literal["zh", "en"]
# Characters that end a line, control a terminal or change the direction of text.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def printable(path: str) -> str:
    """Return a path for a message: characters that break lines, control a terminal or change direction are replaced
    by `\\x` and their code in hexadecimal.
    """
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", path)


# Part of a name that could be mistaken for one of our escapes.
_LIKE_ESCAPE = re.compile(r"\\(?=x[0-9a-f]{2})")


def range_ends(low: float, high: float) -> tuple[str, str]:
    """Return the least and the greatest whole number within a range, as texts."""
    return f"{ceil(low):,}", f"{floor(high):,}"


def half_up(value: float | Decimal, decimals: int) -> Decimal:
    """Return a number rounded to the given decimals, halves away from zero. The scripts of the pages round like this
    (`fixed`), so a figure has the same digits on every page and in every message.

    Binary fractions store some halves a little too small: 6.75 as the change from 400 to 427, in per cent, is
    6.749999999999989.
    """
    exact, unit = Decimal(value), Decimal(1).scaleb(-decimals)
    return (exact + (unit * Decimal("1e-9")).copy_sign(exact)).quantize(unit, ROUND_HALF_UP)


def per_cent(share: float, decimals: int, *, sign: Literal["", "+"] = "") -> str:
    """Return a share as per cent, rounded by `half_up`. `sign="+"` adds a sign to positive results, and `±` to 0."""
    rounded = half_up(share * 100, decimals)
    return f"{rounded:{sign},}%" if rounded or not sign else f"±{abs(rounded)}%"


def whole(value: float) -> str:
    """Return a number rounded by `half_up` to a whole one, with thousands separators."""
    return f"{half_up(value, 0):,}"


def yuan(amount: float) -> str:
    """Return an amount in yuan, rounded by `half_up` to two decimals, with thousands separators."""
    return f"{half_up(amount, 2):,}"


def name_as_text(name: str) -> str:
    """Return a file name as text: bytes that are not UTF-8 become `\\xNN`.

    A backslash before `xNN` becomes `\\x5c`, so that no name looks like an escape. In a name with such bytes, every
    backslash becomes `\\x5c`.
    """
    raw = os.fsencode(name)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return b"\\x5c".join(raw.split(b"\\")).decode("utf-8", "backslashreplace")
    return _LIKE_ESCAPE.sub(lambda found: r"\x5c", text)


@dataclass(frozen=True)
class Bilingual:
    """A text in Chinese and English. In a template it renders as HTML with both languages; the page hides one."""

    zh: str
    en: str

    @cached_property
    def html(self) -> "Markup":
        """The text as HTML: an element for each language, or only the text if both languages have the same."""
        # Imported lazily: an idle run renders nothing.
        from markupsafe import Markup, escape

        if self.zh == self.en:
            return escape(self.zh)
        # Attributes without quotes: a small page has a hundred of them.
        return Markup(f"<span lang=zh-CN>{escape(self.zh)}</span><span lang=en>{escape(self.en)}</span>")

    def __html__(self) -> "Markup":
        return self.html

    def of(self, language: str) -> str:
        """Return the text in one language, `zh` or `en`."""
        return self.zh if language == "zh" else self.en

    def format(self, **values: "str | int | Bilingual") -> "Bilingual":
        """Fill the `{name}` placeholders; bilingual values are filled in by language."""
        sides = (
            {name: value.zh if isinstance(value, Bilingual) else value for name, value in values.items()},
            {name: value.en if isinstance(value, Bilingual) else value for name, value in values.items()},
        )
        return Bilingual(self.zh.format(**sides[0]), self.en.format(**sides[1]))

    def join(self, texts: Iterable["Bilingual"]) -> "Bilingual":
        """Join texts with this text between them, as `str.join` does."""
        sides = list(texts)
        return Bilingual(self.zh.join(one.zh for one in sides), self.en.join(one.en for one in sides))

    @property
    def by_language(self) -> dict[str, str]:
        """The text by language, for the scripts of the pages."""
        return {"zh": self.zh, "en": self.en}

    @property
    def pair(self) -> list[str]:
        """The text in Chinese and in English, for rows of data."""
        return [self.zh, self.en]

    @property
    def both(self) -> str | list[str]:
        """The text for scripts (`BothTexts`): one string if both languages have the same, else Chinese and English."""
        return self.en if self.zh == self.en else self.pair


def same(text: str) -> Bilingual:
    """Return a text that is the same in both languages, such as a number or a name of a user."""
    return Bilingual(text, text)


NO_TEXT: Final = same("")
# Separators, for `join`.
COMMA: Final = Bilingual("，", ", ")
SEMICOLON: Final = Bilingual("；", "; ")
ENUMERATION: Final = Bilingual("、", ", ")
MIDDLE_DOT: Final = same(" · ")

_MOST_DIGITS = 6


def counted(number: int, noun: str) -> str:
    """Return a number with its English noun, such as `1 file` or `2 files`; `noun` is in the singular."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def listed(paths: Sequence[str], between: str = ", ") -> str:
    """Return the first five paths (or other short texts), joined by `between`, and how many more there are."""
    return between.join(map(printable, paths[:5])) + (f" … (+{len(paths) - 5})" if len(paths) > 5 else "")


def percent(share: float) -> str:
    """Return a share in per cent for a message. Small shares have up to six decimals: 0.0004% instead of 0.0%."""
    digits = 1
    while share and digits < _MOST_DIGITS and share < 10 ** -(digits + 2):
        digits += 1
    return per_cent(share, digits)


def about(number: float) -> str:
    """Return a number for a message: as a whole number if it is 10 or more, else with two significant digits."""
    return whole(number) if abs(number) >= 10 else f"{number:.2g}"
