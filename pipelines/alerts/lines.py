"""The lines of a message, from which `forms.py` makes text, markdown or HTML."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pipelines.common.text import NO_TEXT, Bilingual, per_cent, same

# Items listed under a heading; the rest is counted.
_LISTED: Final = 5
_POINTS: Final = Bilingual("百分点", "points")


@dataclass(frozen=True)
class BlockRow:
    """A bar chart of block characters (`figures.blocks`), one a day, split at an incident's first day."""

    before: str
    since: str


@dataclass(frozen=True)
class Line:
    """One line of a message, in both languages.

    Attributes:
        text: the content; a user may have written it.
        label: words before the text, in bold. A line with only a label is a heading.
        link: a full address, or the path of a page in the site.
        code: text to copy, such as a row for a file; it follows the text.
        row: bar chart after the text.
        is_item: whether it is an item of the heading above it.
    """

    text: Bilingual = NO_TEXT
    label: Bilingual = NO_TEXT
    link: str = ""
    code: Bilingual = NO_TEXT
    row: BlockRow | None = None
    is_item: bool = False


def change_text(change: float, is_rate: bool) -> Bilingual:
    """Return a change with its sign. `change` is a fraction: 0.01 is 1 percentage point of a rate, else 1 per cent."""
    if is_rate:
        return same(" ").join((same(per_cent(change, 2, sign="+").rstrip("%")), _POINTS))
    return same(per_cent(change, 1, sign="+"))


def listed(label: Bilingual, items: Sequence[Line]) -> Iterator[Line]:
    """Yield a heading, the first items below it, and the number of further items; nothing if there are no items."""
    if not items:
        return
    yield Line(label=label)
    yield from items[:_LISTED]
    if len(items) > _LISTED:
        yield Line(same(f"… (+{len(items) - _LISTED})"), is_item=True)
