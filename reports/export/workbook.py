"""Writes the xlsx files of the site and of `authmeter export`: a sheet of rows, and a sheet that describes the columns.

Texts are text cells and remain so when edited: keys keep their zeros, formulas and links stay text. Days are dates,
shares are percentages, and NULL is an empty cell. The creation date is a day of the data, so that the same rows give
the same bytes.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, time
from io import SEEK_SET, BytesIO
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Final
from unicodedata import east_asian_width

import polars as pl

from pipelines.contract.measures.metrics import METRICS
from reports.export.column_words import Language, dictionary, headings

# An Excel sheet has 2^20 rows; the first is the heading.
XLSX_MAX_ROWS: Final = 1_048_575
# Value of the setting `xlsx_apps` that means all apps.
EVERY_APP: Final = "*"
_MAX_TEXT = 32_767
_MAX_WIDTH = 40
# There is only one heading row, because pivot tables and filters do not support two. Headings wrap to two lines; the
# filter button covers part of the lower one.
_HEADING_HEIGHT = 32
_BUTTON_WIDTH = 3
# Column widths are computed from the first rows only: measuring all would cost as much as writing them.
_MEASURED_ROWS = 1000
# Excel shows `####` for a date or a number that is wider than its column.
_DAY_WIDTH = len("2026-11-28")


def gets_workbook(app_key: str, rows: int, xlsx_apps: Collection[str]) -> bool:
    """Whether the setting `xlsx_apps` includes the app, and its rows fit in a sheet."""
    return rows <= XLSX_MAX_ROWS and (EVERY_APP in xlsx_apps or app_key in xlsx_apps)


def workbook_bytes(frame: pl.DataFrame, made: date, language: Language = "") -> bytes:
    """Return a workbook of a frame with at most `XLSX_MAX_ROWS` rows, whose creation date is `made`.

    Texts must not have the apostrophes that `harmless` adds.
    """
    buffer = BytesIO()
    write_workbook(buffer, frame.columns, frame.iter_rows(), made, language=language)
    return buffer.getvalue()


def write_workbook(
    target: Path | BytesIO,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    made: date,
    folder: Path | None = None,
    language: Language = "",
) -> int:
    """Write rows one by one, without holding them in memory, and return their number.

    The caller must pass at most `XLSX_MAX_ROWS` rows.

    Args:
        made: the workbook's creation date.
        folder: for unfinished rows, which are removed in any case; by default the system's temporary folder.
        language: of the headings.

    Raises:
        OSError: the disk is full, or another fault of the file system.
    """
    import xlsxwriter

    with ExitStack() as stack:
        stack.enter_context(_faults_of_the_system())
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            # XlsxWriter does not remove its temporary files if it cannot write the workbook.
            "tmpdir": stack.enter_context(TemporaryDirectory(prefix=".authmeter-", dir=folder)),
        }
        out = _Output(stack.enter_context(target.open("wb"))) if isinstance(target, Path) else target
        workbook = stack.enter_context(xlsxwriter.Workbook(out, options))
        workbook.set_properties({"created": datetime.combine(made, time(), UTC)})
        written = _Sheet(workbook, "authmeter", columns, headings(columns, language, is_workbook=True)).write(rows)
        name, heads, described = dictionary(columns, language)
        _Sheet(workbook, name, heads, heads).write(described)
        return written


@contextmanager
def _faults_of_the_system() -> Iterator[None]:
    """Convert an error of XlsxWriter back to the error of the file system that it wraps."""
    from xlsxwriter.exceptions import FileCreateError

    try:
        yield
    except FileCreateError as error:
        raise error.args[0] from None


class _Output:
    """The file of a workbook. After it was closed, bytes that are written to it are only counted.

    After an error, such as a full disk, XlsxWriter's zip archive still writes its end when Python collects it: if that
    failed, Python would print a traceback.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._place = file, 0

    def write(self, data: bytes) -> int:
        if not self._file.closed:
            return self._file.write(data)
        self._place += len(data)
        return len(data)

    def seek(self, place: int, start: int = SEEK_SET) -> int:
        if not self._file.closed:
            return self._file.seek(place, start)
        self._place = place
        return place

    def tell(self) -> int:
        return self._place if self._file.closed else self._file.tell()

    def flush(self) -> None:
        if not self._file.closed:
            self._file.flush()


class _Sheet:
    """A sheet of a workbook that is being written."""

    def __init__(self, workbook: Any, name: str, columns: Sequence[str], heads: Sequence[str]) -> None:
        self._sheet = workbook.add_worksheet(name)
        self._columns, self._headings = columns, heads
        self._heading = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        # With the text format, a cell stays text when it is edited.
        text = workbook.add_format({"num_format": "@"})
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        count = workbook.add_format({"num_format": "#,##0"})
        number = workbook.add_format({"num_format": "General"})
        share = workbook.add_format({"num_format": "0.00%"})
        # By column, the function that writes a value of each type, and the format of its cell.
        self._cells: list[dict[type, tuple[Any, Any]]] = [
            {
                str: (self._write_text, text),
                bool: (self._sheet.write_boolean, None),
                date: (self._sheet.write_datetime, day),
                int: (self._sheet.write_number, count),
                float: (self._sheet.write_number, share if is_share else number),
            }
            for is_share in (column in METRICS and METRICS[column].unit == "share" for column in columns)
        ]

    def write(self, rows: Iterable[Sequence[Any]]) -> int:
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_row(0, _HEADING_HEIGHT)
        for column, text in enumerate(self._headings):
            self._sheet.write_string(0, column, text, self._heading)
        unread = iter(rows)
        measured = list(islice(unread, _MEASURED_ROWS))
        written = 0
        for written, row in enumerate(chain(measured, unread), start=1):
            for column, value in enumerate(row):
                if value is not None:
                    write, form = self._cells[column][type(value)]
                    write(written, column, value, form)
        self._sheet.autofilter(0, 0, written, len(self._columns) - 1)
        for column, text in enumerate(self._headings):
            heading = max(map(_width, text.rsplit(" ", 1))) + _BUTTON_WIDTH
            # Most values of a column are repeated.
            values = {row[column] for row in measured}
            width = max(heading, *(_cell_width(value) + 1 for value in values)) if values else heading
            self._sheet.set_column(column, column, min(width, _MAX_WIDTH))
        # Keys of digits are texts on purpose; Excel would mark each with a warning.
        self._sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{written + 1}"})
        return written

    def _write_text(self, row: int, column: int, text: str, form: Any) -> None:
        if len(text) > _MAX_TEXT // 2:
            # XlsxWriter drops longer texts; Excel counts 16-bit units.
            text = text.encode("utf-16-le")[: _MAX_TEXT * 2].decode("utf-16-le", "ignore")
        if text.startswith("<r>") and text.endswith("</r>"):
            # XlsxWriter would write such a text unescaped, as markup of its own rich strings, which could contain a
            # formula. A rich string made of parts is escaped.
            self._sheet.write_rich_string(row, column, text[0], text[1], text[2:], form)
        else:
            self._sheet.write_string(row, column, text, form)


def _cell_width(value: Any) -> int:
    """Return the width of a value in its cell; 0 for a fraction, which Excel shortens to the column."""
    if isinstance(value, str):
        return _width(value)
    if isinstance(value, date):
        return _DAY_WIDTH
    return len(f"{value:,}") if type(value) is int else 0


def _width(text: str) -> int:
    """Return the width of a text, measured in widths of a digit; a Chinese character counts as two."""
    return len(text) if text.isascii() else sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
