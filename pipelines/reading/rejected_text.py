"""What people may see of a rejected record: its text, without what is personal by column, by mapping or by form.

Which names are personal, and what a phone or an id looks like, is in `contract/masking.py`.
"""

import csv
import io
from collections.abc import Collection, Iterable, Sequence

from pipelines.contract.masking import masked_text


def rejected_line(line: str, personal: Iterable[str | None]) -> str:
    """A rejected line, masked and cut; `personal` are the values under its device and its phone."""
    return masked_text(line.rstrip("\r\n"), [value for value in personal if value])


def rejected_cells(cells: Sequence[str | None], places: Collection[int], personal: Iterable[str | None]) -> str:
    """A rejected row of CSV, `***` in the cells of these places that have any text."""
    row = io.StringIO(newline="")
    csv.writer(row, lineterminator="").writerow(
        "***" if place in places and cell else cell or "" for place, cell in enumerate(cells)
    )
    return rejected_line(row.getvalue(), personal)


def rejected_row(text: str, places: Collection[int]) -> str:
    """What is no row of its CSV file. Its cells stand under no sure column, so where one is personal, each may be."""
    return rejected_line(",".join("***" for _ in text.split(",")) if places else text, ())
