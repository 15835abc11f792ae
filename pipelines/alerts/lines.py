"""The lines of a message, from which `forms.py` makes text, markdown or HTML."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pipelines.common.text import Bilingual

Language = Literal["zh", "en"]
# Items listed under a heading; the rest is counted.
_LISTED: Final = 5


@dataclass(frozen=True)
class BlockRow:
    """A row of blocks, one per day, split at an incident's first day."""

    before: str
    since: str


@dataclass(frozen=True)
class Line:
    """One line of a message.

    Attributes:
        text: the content; can be text of a user.
        label: words before the text, in bold. A line with only a label is a heading.
        link: a full address, or the path of a page in the site.
        code: text to copy, after the text.
        row: row of blocks after the text.
        is_item: whether it is an item of the heading above it.
    """

    text: str = ""
    label: str = ""
    link: str = ""
    code: str = ""
    row: BlockRow | None = None
    is_item: bool = False


def said(words: Bilingual, language: Language) -> str:
    """Return a text in the language of the message."""
    return words.zh if language == "zh" else words.en


def listed(label: str, items: Sequence[Line]) -> Iterator[Line]:
    """Yield a heading, the first items below it, and how many more there are; nothing without items."""
    if not items:
        return
    yield Line(label=label)
    yield from items[:_LISTED]
    if len(items) > _LISTED:
        yield Line(f"… (+{len(items) - _LISTED})", is_item=True)
