"""How numbers and names stand in messages.

Lives here: forms that every message shares. Does not belong here: what a message says.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markupsafe import Markup

# What ends a line, steers a terminal or turns the text around.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def printable(path: str) -> str:
    """A path for a message: what could end its line, steer a terminal or turn it around is written as `\\xNN`."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", path)


# A text of a name that could be taken for an escape of ours.
_LIKE_ESCAPE = re.compile(r"\\(?=x[0-9a-f]{2})")


def name_as_text(name: str) -> str:
    """The name of a file as text: a byte that is no UTF-8 is written as `\\xNN`, and so is a backslash that could be
    taken for the beginning of that.
    """
    raw = os.fsencode(name)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return b"\\x5c".join(raw.split(b"\\")).decode("utf-8", "backslashreplace")
    return _LIKE_ESCAPE.sub(lambda found: r"\x5c", text)


@dataclass(frozen=True)
class Bilingual:
    """One text in both languages. In a template it prints itself as HTML, the hidden language included."""

    zh: str
    en: str

    @cached_property
    def html(self) -> "Markup":
        """The text as HTML."""
        # Imported here: an idle run renders nothing.
        from markupsafe import Markup, escape

        if self.zh == self.en:
            return escape(self.zh)
        # Without quotes: a small page has a hundred of them.
        return Markup(f"<span lang=zh-CN>{escape(self.zh)}</span><span lang=en>{escape(self.en)}</span>")

    def __html__(self) -> "Markup":
        return self.html

    def format(self, **values: "str | int | Bilingual") -> "Bilingual":
        """The text with its `{name}` places filled, by a text in its own language."""
        sides = (
            {name: value.zh if isinstance(value, Bilingual) else value for name, value in values.items()},
            {name: value.en if isinstance(value, Bilingual) else value for name, value in values.items()},
        )
        return Bilingual(self.zh.format(**sides[0]), self.en.format(**sides[1]))


_MOST_DIGITS = 6


def counted(number: int, noun: str) -> str:
    """A number with its English noun, which is given in the singular."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def listed(paths: Sequence[str], between: str = ", ") -> str:
    """The first five paths, or other short texts, for a message, and how many more there are."""
    return between.join(map(printable, paths[:5])) + (f" … (+{len(paths) - 5})" if len(paths) > 5 else "")


def percent(share: float) -> str:
    """A share in a finding: small ones with the digits that tell them from nothing."""
    digits = 1
    while share and digits < _MOST_DIGITS and share < 10 ** -(digits + 2):
        digits += 1
    return f"{share:.{digits}%}"


def about(number: float) -> str:
    """A number in a finding."""
    return f"{number:,.0f}" if abs(number) >= 10 else f"{number:.2g}"
