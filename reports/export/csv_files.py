"""The CSV files of the site: UTF-8 with BOM, CRLF, RFC 4180, and safe to open in a spreadsheet.

A text that a spreadsheet would run as a formula gets an apostrophe, which marks it as text (`harmless`). Numbers are
never changed. NULL is an empty cell.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Literal

import numpy as np
import polars as pl

from reports.export.column_words import Language, headings

# Spreadsheets run a text as a formula if it begins with a tab or a line end, or if its first character, after blanks
# and invisible characters, is `=`, `+`, `-`, `@` or a full-width or small form of them. Such a character is dangerous
# inside a text, too, after a semicolon or a line end: if the list separator is a semicolon, spreadsheets begin a new
# cell there in spite of the quotes.
_BLANK = r"[\s\p{Cf}\p{Cc}]*"
_SIGN = r"[=+\-@＝＋－＠﹦﹢﹣﹫]"
_FIRST = rf"^(?:{_BLANK}{_SIGN}|[\s\p{{Cf}}]*[\t\r\n])"
_INNER = rf"(;|\r\n|\r|\n)({_BLANK}{_SIGN})"


def _safe(text: pl.Expr) -> pl.Expr:
    inner = text.str.replace_all(_INNER, "${1}'${2}")
    return pl.when(text.str.contains(_FIRST)).then(pl.lit("'") + inner).otherwise(inner)


def harmless(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with an apostrophe wherever a text would run as a formula; only columns of texts are changed."""
    # Texts repeat: checking only distinct values saves a second on half a million rows. Checking all columns in one
    # query costs no more than checking a small one.
    is_harmful = frame.select(pl.col(pl.String).unique().str.contains(f"{_FIRST}|{_INNER}").any())
    for name in (name for name in is_harmful.columns if is_harmful.item(0, name)):
        distinct = frame.get_column(name).unique().drop_nulls().to_frame()
        changed = distinct.with_columns(_safe(pl.col(name)).alias("safe")).filter(pl.col(name) != pl.col("safe"))
        frame = frame.with_columns(pl.col(name).replace(changed[name], changed["safe"]))
    return frame


def csv_bytes(frame: pl.DataFrame, language: Language = "") -> bytes:
    """Return a frame as CSV with a header in `language`; texts must have passed `harmless`."""
    buffer = BytesIO()
    named = (
        frame.rename(dict(zip(frame.columns, headings(frame.columns, language), strict=True))) if language else frame
    )
    named.write_csv(buffer, include_bom=True, line_terminator="\r\n", float_scientific=False)
    return buffer.getvalue()


def joined(rows: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """Return `rows` with the columns of `texts` after the first column, and without the column `place`.

    `place` is the index of the row in `texts` that is inserted.
    """
    texts_of_rows = texts[rows.get_column("place")]
    day, *numbers = rows.drop("place").iter_columns()
    return pl.DataFrame([day, *texts_of_rows.iter_columns(), *numbers])


def csv_parts(
    rows: pl.DataFrame, texts: pl.DataFrame, spans: Sequence[tuple[int, int]], language: Language = ""
) -> list[bytes]:
    """Return a CSV with header for each span of rows, given as its first row and the row after its last.

    Each CSV has the bytes of `csv_bytes(joined(<rows of the span>, texts))`, at a fraction of the cost. Spans may
    overlap. `rows` has no text columns.
    """
    cells = _cells(texts)
    if cells is None:
        return [csv_bytes(joined(rows.slice(start, stop - start), texts), language) for start, stop in spans]
    day, *numbers = rows.drop("place").iter_columns()
    lines = pl.DataFrame([day, cells[rows.get_column("place")], *numbers])
    return _cut(_without_header(lines, "never"), spans, csv_bytes(joined(rows.clear(), texts), language))


def csv_slices(rows: pl.DataFrame, spans: Sequence[tuple[int, int]], language: Language = "") -> list[bytes]:
    """Return `csv_bytes` of each span of rows, at a fraction of the cost. Texts must have passed `harmless`.

    A span is its first row and the row after its last.
    """
    content = _without_header(rows, "necessary")
    if content.count(b"\n") != rows.height:
        # A text contains a line end.
        return [csv_bytes(rows[start:stop], language) for start, stop in spans]
    return _cut(content, spans, csv_bytes(rows.clear(), language))


def _without_header(rows: pl.DataFrame, quote_style: Literal["never", "necessary"]) -> bytes:
    buffer = BytesIO()
    rows.write_csv(
        buffer, include_header=False, quote_style=quote_style, line_terminator="\r\n", float_scientific=False
    )
    return buffer.getvalue()


def _cut(content: bytes, spans: Sequence[tuple[int, int]], header: bytes) -> list[bytes]:
    """Return for each span the header, followed by the lines of the span."""
    ends = np.flatnonzero(np.frombuffer(content, np.uint8) == ord("\n"))
    cuts = np.append(0, ends + 1)[np.array(spans, np.int64).reshape(-1, 2)].tolist()
    view = memoryview(content)
    return [b"".join((header, view[start:stop])) for start, stop in cuts]


def _cells(texts: pl.DataFrame) -> pl.Series | None:
    """Return the rows of `texts` as CSV text; None if a text has a line end, because lines then differ from rows."""
    buffer = BytesIO()
    texts.write_csv(buffer, include_header=False, line_terminator="\n")
    lines = buffer.getvalue().decode().split("\n")[:-1]
    return pl.Series("cells", lines, pl.String) if len(lines) == texts.height else None
