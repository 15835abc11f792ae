"""The lines of a message before they get a form: text, markdown or HTML is made of them in `forms.py`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pipelines.common.text import Bilingual

Language = Literal["zh", "en"]
# A message lists so many of one kind and counts the rest.
_LISTED: Final = 5


@dataclass(frozen=True)
class Row:
    """A row of blocks, one a day: those before an incident's first day, and those since."""

    before: str
    since: str


@dataclass(frozen=True)
class Line:
    """One line of a message.

    Attributes:
        text: what it says; may be text of a user.
        label: the words in front of it, set bold. A line of a label alone is a heading.
        link: a whole address, or the path of a page in the site.
        code: what is to be copied, behind the text.
        row: the row of blocks behind the text.
        is_item: whether it is an item of the heading above it.
    """

    text: str = ""
    label: str = ""
    link: str = ""
    code: str = ""
    row: Row | None = None
    is_item: bool = False


def said(words: Bilingual, language: Language) -> str:
    """Return a text in the language of the message."""
    return words.zh if language == "zh" else words.en


def listed(label: str, items: Sequence[Line]) -> Iterator[Line]:
    """Yield a heading and the first items below it, and how many more there are; nothing without items."""
    if not items:
        return
    yield Line(label=label)
    yield from items[:_LISTED]
    if len(items) > _LISTED:
        yield Line(f"… (+{len(items) - _LISTED})", is_item=True)
