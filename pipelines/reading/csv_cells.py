"""The cells of one CSV row, taken apart exactly."""

import csv
import io
import re

from pipelines.reading.blocks import MAX_LINE_BYTES

csv.field_size_limit(MAX_LINE_BYTES)
# The database's reader knows a quoted cell behind blanks, the `csv` module does not.
_BLANKS_BEFORE_QUOTE = re.compile(r'(^|,) +(?=")')


def cells_of(text: str) -> list[str] | None:
    """The cells of a row; None where the text is no row by its quotes, or more than one."""
    if '"' not in text:
        return text.split(",")
    cells = _one_row(text)
    if cells is None or any(cell.lstrip(" ").startswith('"') for cell in cells if cell.startswith(" ")):
        return _one_row(_BLANKS_BEFORE_QUOTE.sub(r"\1", text))
    return cells


def _one_row(text: str) -> list[str] | None:
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None
