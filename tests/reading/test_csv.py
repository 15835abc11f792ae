"""Each row of a CSV file begins and ends at the right place, and a bad row affects no other row."""

from __future__ import annotations

import gzip

import pytest

from tests.reading_bench import ReadingBench
from tests.support import as_csv, record


@pytest.mark.parametrize("neighbour", ['1,c"d', '1,"open', '1,"two\nlines"', "1,plain"])
def test_a_csv_row_is_examined_by_itself(bench: ReadingBench, neighbour: str) -> None:
    content = f'app_key,note\n1,a"b\n{neighbour}\n'.encode()
    assert bench.read(content, "a.csv").reasons[0] == (2, "missing:event_id")


def test_a_bad_csv_row_costs_itself_and_keeps_its_place(bench: ReadingBench) -> None:
    head = ["event_id", "event_time", "app_key", "channel", "stage", "outcome", "note"]
    good = ",".join(str(record("e{}").get(name, "x")) for name in head)
    text = "\n".join(
        [
            ",".join(head),
            good.format(1),
            "",
            "too,few",
            good.format(2) + ",more",
            '"two\nlines',
            good.format(3),
            ",,,,,,",
            good.format(4),
        ]
    )
    read = bench.read(text.encode(), "a.csv")
    assert [event["event_id"] for event in read.events] == ["e1", "e3", "e4"]
    assert read.reasons == [
        (4, "malformed"),
        (5, "malformed"),
        (6, "malformed"),
        (7, "malformed"),
        (9, "missing:event_id"),
    ]


HEAD = "event_id,event_time,app_key,channel,stage,outcome,account_id"


GOOD_ROW = ",".join(str(record("{}")[name]) for name in HEAD.split(",")[:6]) + ",{}"


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("head", [HEAD, "\ufeff" + HEAD, HEAD.replace("event_id", '"event_id"'), '"a\rb",' + HEAD])
def test_the_lines_of_a_csv_may_end_in_a_carriage_return_alone(bench: ReadingBench, head: str, packed: bool) -> None:
    before = "x," if "\r" in head else ""
    rows = [GOOD_ROW.format("e1", "a"), "", "too,few", GOOD_ROW.format("e2", '"b,c"'), GOOD_ROW.format("e3", '"d\re"')]
    content = "\r".join([head, *(before + row if row else row for row in rows)]).encode()
    read = bench.read(gzip.compress(content) if packed else content, "a.csv.gz" if packed else "a.csv")
    assert [(event["event_id"], event["account_id"]) for event in read.events] == [
        ("e1", "a"), ("e2", "b,c"), ("e3", "d\ne")
    ]  # fmt: skip
    assert read.reasons == [(4 + head.count("\r"), "malformed")]
    assert bench.read((content + b"\r"), "a.csv").books.accepted == 3


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_carriage_return_within_a_cell_ends_no_line(bench: ReadingBench, end: str) -> None:
    content = end.join([HEAD, GOOD_ROW.format("e1", '"a\rb"'), GOOD_ROW.format("e2", "c")]).encode()
    assert [event["account_id"] for event in bench.read(content, "a.csv").events] == ["a\rb", "c"]


def test_a_long_csv_of_carriage_returns_is_read_to_its_end(bench: ReadingBench) -> None:
    rows = [GOOD_ROW.format(f"e{number}", "x" * 90) for number in range(40_000)]
    read = bench.read("\r".join([HEAD, *rows]).encode(), "a.csv")
    assert (read.books.accepted, read.books.rejected) == (40_000, 0)


def test_two_open_quotes_do_not_swallow_what_stands_between(bench: ReadingBench) -> None:
    head = ["event_id", "event_time", "app_key", "channel", "stage", "outcome"]
    good = ",".join(str(record("e{}")[name]) for name in head)
    text = "\n".join(
        [",".join(head), good.format(1), '2,"open', good.format(3), 'x,"y', good.format(4), 'x,"z', good.format(5)]
    )
    read = bench.read(text.encode(), "a.csv")
    assert [event["event_id"] for event in read.events] == ["e1", "e3", "e4", "e5"]
    assert read.reasons == [(3, "malformed"), (5, "malformed"), (7, "malformed")]


@pytest.mark.parametrize("beside", ["", "too,few\r\n"], ids=["plain", "beside a bad row"])
@pytest.mark.parametrize("cell", ['{"a": 1, "b": 2}', ', "', "a\rb", "a\nb", "a\r\nb", ' "', '" ', " x ", "x\u00a0"])
def test_a_cell_is_kept_as_it_is(bench: ReadingBench, cell: str, beside: str) -> None:
    content = as_csv([record("e1", account_id=cell), record("e2", os_version=cell)]) + beside.encode()
    events = bench.read(content, "a.csv").events
    assert [(event["account_id"], event["os_version"]) for event in events] == [(cell, None), (None, cell)]


@pytest.mark.parametrize("more", [",", ",,", ",x", ',""'])
@pytest.mark.parametrize("beside", ["", "too,few\n"], ids=["plain", "beside a bad row"])
def test_a_row_with_more_cells_than_the_header_is_none(bench: ReadingBench, beside: str, more: str) -> None:
    rows = f"{HEAD}\n{GOOD_ROW.format('e1', 'a')}{more}\n{GOOD_ROW.format('e2', 'b')}\n{beside}"
    read = bench.read(rows.encode(), "a.csv")
    assert [event["event_id"] for event in read.events] == ["e2"]
    assert read.reasons[0] == (2, "malformed")


def test_a_row_of_two_lines_that_is_no_text_is_one_row(bench: ReadingBench) -> None:
    rows = [HEAD, GOOD_ROW.format("e1", '"two\nlines"'), GOOD_ROW.format("e2", "b")]
    read = bench.read("\n".join(rows).encode().replace(b"lines", b"\xff"), "a.csv")
    assert (read.reasons, len(read.events)) == ([(2, "malformed")], 1)


def test_a_row_of_two_lines_stands_where_it_begins(bench: ReadingBench) -> None:
    rows = [record("e1", account_id="two\nlines"), record("e2", app_key="no key"), record("e3")]
    assert bench.read(as_csv(rows), "a.csv").reasons == [(4, "invalid:app_key")]


def test_a_column_that_comes_twice_is_read_where_it_stands_first(bench: ReadingBench) -> None:
    head = list(record("e1"))
    rows = [[*head, "channel"], [*map(str, record("e1").values()), "fax"]]
    read = bench.read("\n".join(",".join(row) for row in rows).encode(), "a.csv")
    assert [event["channel"] for event in read.events] == ["one_click"]


def test_a_csv_without_a_required_column_rejects_every_row(bench: ReadingBench) -> None:
    read = bench.read(b"event_id,note\n1,x\n2,y\n", "a.csv")
    assert read.reasons == [(2, "missing:event_time"), (3, "missing:event_time")]
