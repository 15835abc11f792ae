"""What people may see of a rejected record: its text, without what is personal by column, by mapping or by form.

Which names are personal, and what a phone or an id looks like, is in `record.py`.
"""

import csv
import io
import json
from collections.abc import Collection, Sequence

from pipelines.contract.masking import masked_text
from pipelines.contract.record import FIELD_NAMES, PERSONAL_FIELDS
from pipelines.reading.csv_rows import cells_of


def rejected_text(record: str | None, texts: Sequence[str | None], places: Collection[int]) -> str:
    """A rejected record, masked and cut; of a Parquet row, which has no text, its fields.

    Args:
        texts: the fields of the log record, in their order; none where they are not known.
        places: of a CSV row, the cells that are personal.
    """
    fields = dict(zip(FIELD_NAMES, texts, strict=True)) if texts else {}
    if record is None:
        record = json.dumps({name: text for name, text in fields.items() if text is not None}, ensure_ascii=False)
    personal = [text for name in PERSONAL_FIELDS if (text := fields.get(name))]
    if places:
        record = _without_cells(record, places)
    return masked_text(record.rstrip("\r\n"), personal)


def _without_cells(row: str, places: Collection[int]) -> str:
    """A sound row's text with `***` in the cells of these places that have any text."""
    cells = cells_of(row)
    assert cells is not None
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(
        "***" if place in places and cell else cell for place, cell in enumerate(cells)
    )
    return line.getvalue()
