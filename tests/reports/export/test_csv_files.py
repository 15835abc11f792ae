"""Tests the bytes of CSV files: their format, and that no cell can run as a formula in a spreadsheet."""

import csv
import io
import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.export.csv_files import csv_bytes, csv_parts, csv_slices, harmless, joined


def cell(text: str | None) -> str:
    return harmless(pl.DataFrame({"text": [text]}, schema={"text": pl.String}))["text"][0]


# The browser's CSV export is tested with the same cases.
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
    named = harmless(pl.DataFrame({"text": texts, "other": texts[::-1]}, {"text": pl.String, "other": pl.String}))
    places = data.draw(st.lists(st.sampled_from(range(len(texts))), max_size=9)) if texts else []
    numbers = {"n": range(len(places)), "place": places, "rate": [None, 0.25, 1e-7] * 3}
    schema = {"n": pl.Int64, "place": pl.Int64, "rate": pl.Float64}
    rows = pl.DataFrame({name: list(values)[: len(places)] for name, values in numbers.items()}, schema)
    first = data.draw(st.integers(0, len(places)))
    spans = [(0, first), (first, first), (first, len(places)), (0, len(places))]
    slices = [rows.slice(start, stop - start) for start, stop in spans]
    assert csv_parts(rows, named, spans) == [csv_bytes(joined(one, named)) for one in slices]
    frame = joined(rows, named)
    assert csv_slices(frame, spans) == [csv_bytes(frame[start:stop]) for start, stop in spans]
    content = csv_bytes(frame.select("text", "n")).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(content, newline=""), strict=True)) == [
        ["text", "n"], *([named["text"][place], str(n)] for n, place in enumerate(places))
    ]  # fmt: skip
