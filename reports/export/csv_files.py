"""The CSV files of the site: UTF-8 with BOM, CRLF, RFC 4180, and harmless in a spreadsheet.

Lives here: how a frame becomes CSV bytes. Does not belong here: which rows (`sql/`), where they go (`site.py`).

A text that a spreadsheet would take for a formula gets an apostrophe in front, the spreadsheets' own mark for
"this is text". That is a text whose first character, after blanks and invisible ones, is `=`, `+`, `-`, `@` or a
full-width or small form of them, or that begins with a tab or a line end. The same holds behind a semicolon or a line
end inside the text: where the list separator is a semicolon, a spreadsheet begins a new cell there whatever the quotes
say. Numbers are never changed. NULL is an empty cell.
"""

from collections.abc import Sequence
from io import BytesIO

import numpy as np
import polars as pl

from reports.export.column_words import Language, headings

_BLANK = r"[\s\p{Cf}\p{Cc}]*"
_SIGN = r"[=+\-@＝＋－＠﹦﹢﹣﹫]"
_FIRST = rf"^(?:{_BLANK}{_SIGN}|[\s\p{{Cf}}]*[\t\r\n])"
_INNER = rf"(;|\r\n|\r|\n)({_BLANK}{_SIGN})"


def _safe(text: pl.Expr) -> pl.Expr:
    inner = text.str.replace_all(_INNER, "${1}'${2}")
    return pl.when(text.str.contains(_FIRST)).then(pl.lit("'") + inner).otherwise(inner)


def harmless(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with an apostrophe wherever a text would run as a formula; other columns as they are."""
    # Texts repeat: looking at the distinct ones alone saves a second on half a million rows. One look at all columns
    # is as cheap as one at a small one.
    is_harmful = frame.select(pl.col(pl.String).unique().str.contains(f"{_FIRST}|{_INNER}").any())
    for name in (name for name in is_harmful.columns if is_harmful.item(0, name)):
        distinct = frame.get_column(name).unique().drop_nulls().to_frame()
        changed = distinct.with_columns(_safe(pl.col(name)).alias("safe")).filter(pl.col(name) != pl.col("safe"))
        frame = frame.with_columns(pl.col(name).replace(changed[name], changed["safe"]))
    return frame


def csv_bytes(frame: pl.DataFrame, language: Language = "") -> bytes:
    """A frame as CSV, header included in words of `language`; texts must have been through `harmless`."""
    buffer = BytesIO()
    named = (
        frame.rename(dict(zip(frame.columns, headings(frame.columns, language), strict=True))) if language else frame
    )
    named.write_csv(buffer, include_bom=True, line_terminator="\r\n", float_scientific=False)
    return buffer.getvalue()


def joined(rows: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """The rows with their texts behind the first column: `place` is the row of `texts` that holds them."""
    texts_of_rows = texts[rows.get_column("place")]
    day, *numbers = rows.drop("place").iter_columns()
    return pl.DataFrame([day, *texts_of_rows.iter_columns(), *numbers])


def csv_parts(
    rows: pl.DataFrame, texts: pl.DataFrame, spans: Sequence[tuple[int, int]], language: Language = ""
) -> list[bytes]:
    """Return a CSV with the header for each span of rows, from its first row up to the row before its second number.

    The bytes are those that `csv_bytes` gives for the slice, `joined` with its texts, at a fraction of the cost. Spans
    may overlap. The columns of `rows` are no texts.
    """
    cells = _cells(texts)
    if cells is None:
        return [csv_bytes(joined(rows.slice(start, stop - start), texts), language) for start, stop in spans]
    day, *numbers = rows.drop("place").iter_columns()
    buffer = BytesIO()
    pl.DataFrame([day, cells[rows.get_column("place")], *numbers]).write_csv(
        buffer, include_header=False, quote_style="never", line_terminator="\r\n", float_scientific=False
    )
    content = buffer.getvalue()
    lines = np.flatnonzero(np.frombuffer(content, np.uint8) == ord("\n"))
    cuts = np.append(0, lines + 1)[np.array(spans, np.int64).reshape(-1, 2)].tolist()
    header, view = csv_bytes(joined(rows.clear(), texts), language), memoryview(content)
    return [b"".join((header, view[start:stop])) for start, stop in cuts]


def _cells(texts: pl.DataFrame) -> pl.Series | None:
    """The cells of each row as they stand in a CSV; None where a text holds a line end: lines are not rows then."""
    buffer = BytesIO()
    texts.write_csv(buffer, include_header=False, line_terminator="\n")
    lines = buffer.getvalue().decode().split("\n")[:-1]
    return pl.Series("cells", lines, pl.String) if len(lines) == texts.height else None
