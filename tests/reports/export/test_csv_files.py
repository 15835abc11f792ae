"""CSV bytes: the format, and no cell that a spreadsheet would run."""

import csv
import io
import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.export.csv_files import csv_bytes, csv_parts, harmless


def cell(text: str | None) -> str:
    return harmless(pl.DataFrame({"text": [text]}, schema={"text": pl.String}))["text"][0]


# The files that a browser makes of what is shown go by the same ones.
CASES = json.loads((Path(__file__).parent / "harmless_cases.json").read_text("utf-8"))


@pytest.mark.parametrize(("text", "safe"), CASES)
def test_a_formula_becomes_text_and_other_texts_stay(text, safe):
    assert cell(text) == safe


def test_nothing_stays_nothing():
    assert cell(None) is None


def test_numbers_stay_numbers():
    frame = pl.DataFrame({"name": ["-x"], "count": [-5], "rate": [-1e-7], "none": [None]})
    assert csv_bytes(harmless(frame)) == b"\xef\xbb\xbfname,count,rate,none\r\n'-x,-5,-0.0000001,\r\n"


TEXTS = st.text(alphabet=st.characters(codec="utf-8"), max_size=8)


@given(st.lists(TEXTS, max_size=6), st.data())
def test_reads_back_and_splits_into_the_same_files(texts, data):
    frame = harmless(pl.DataFrame({"text": texts, "n": range(len(texts))}, schema={"text": pl.String, "n": pl.Int64}))
    first = data.draw(st.integers(0, len(texts)))
    lengths = [first, 0, len(texts) - first]
    slices = [frame.slice(0, first), frame.slice(0, 0), frame.slice(first)]
    assert csv_parts(frame, lengths) == [csv_bytes(one) for one in slices]
    content = csv_bytes(frame).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content, newline=""), strict=True))
    assert rows == [["text", "n"], *([text, str(n)] for text, n in frame.rows())]
