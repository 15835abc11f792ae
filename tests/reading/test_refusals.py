"""What is refused says so once, in the right words, and costs nothing beside it."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines.commands.check import check_file, check_folder
from pipelines.common.errors import UsageError
from pipelines.contract.settings import data_folder, load_settings
from pipelines.ingest import part_reader
from pipelines.reading import raw_batches
from pipelines.reading.landing import LandedFile
from pipelines.reading.sources import SourceMapping, Sources, load_sources
from tests.reading_bench import ReadingBench
from tests.support import DAY, DataFolder, record

HEADER = "event_id,event_time,app_key,channel,stage,outcome,phone,device_id,note"


@pytest.mark.parametrize("row", ["c3,x,13912350004,MARKED", "a,b,c,d,e,f,g,MARKED,i,j", 'MARKED,"open'])
def test_a_csv_row_without_sure_columns_shows_no_cell(bench: ReadingBench, row: str) -> None:
    ((line, reason, text),) = bench.read(f"{HEADER}\n{row}\n".encode(), "a.csv").rejects
    assert (line, reason) == (2, "malformed")
    assert "MARKED" not in text


def parquet(tmp_path: Path, **columns: pa.Array) -> bytes:
    import pyarrow.parquet as pq

    rows = len(next(iter(columns.values())))
    given = {name: pa.array([value] * rows) for name, value in record("x").items()} | {
        "event_id": pa.array([f"e{n}" for n in range(rows)])
    }
    pq.write_table(pa.table(given | columns), tmp_path / "made.parquet")
    return (tmp_path / "made.parquet").read_bytes()


def test_a_nan_in_an_optional_column_becomes_null_and_is_counted(bench: ReadingBench, tmp_path: Path) -> None:
    read = bench.read(parquet(tmp_path, latency_ms=pa.array([math.nan, None])), "a.parquet")
    assert read.rejects == []
    assert [event["latency_ms"] for event in read.events] == [None, None]
    assert read.books.nulled == {"latency_ms": 1}


def test_a_nan_in_a_required_column_names_the_field(bench: ReadingBench, tmp_path: Path) -> None:
    read = bench.read(parquet(tmp_path, event_time=pa.array([math.nan])), "a.parquet")
    assert read.reasons == [(1, "invalid:event_time")]


def test_a_time_in_a_text_column_is_no_text(bench: ReadingBench, tmp_path: Path) -> None:
    stamps = pa.array([0], pa.timestamp("us"))
    assert bench.read(parquet(tmp_path, event_id=stamps), "a.parquet").reasons == [(1, "invalid:event_id")]
    assert bench.read(parquet(tmp_path, scheme_id=stamps), "a.parquet").books.nulled == {"scheme_id": 1}


@pytest.mark.parametrize("neighbour", ['1,c"d', '1,"open', '1,"two\nlines"', "1,plain"])
def test_a_csv_row_is_judged_by_itself(bench: ReadingBench, neighbour: str) -> None:
    content = f'app_key,note\n1,a"b\n{neighbour}\n'.encode()
    assert bench.read(content, "a.csv").reasons[0] == (2, "missing:event_id")


@pytest.mark.parametrize("name", ["a.ndjson", "a.csv", "a.log"])
def test_an_empty_file_holds_no_record_and_is_not_damaged(bench: ReadingBench, name: str) -> None:
    assert bench.read(b"", name).books.records_read == 0


MAPPING = """
name = "x"
files = ["*.txt"]
format = "lines"
[fields]
event_id = "{event_id}"
event_time = "'{day}T10:00:00+08:00'"
app_key = "'shop'"
channel = "'one_click'"
stage = "'authorize'"
outcome = "'success'"
"""


def write_mapping(data: Path, event_id: str) -> None:
    (data / "sources").mkdir(exist_ok=True)
    (data / "sources" / "x.toml").write_text(MAPPING.format(event_id=event_id, day=DAY))


@pytest.mark.parametrize("expression", ["count(*)", "unnest([1, 2])", "nosuchfunction(line)", "line.a.b"])
def test_an_expression_that_gives_no_value_for_each_record_is_refused(tmp_path: Path, expression: str) -> None:
    write_mapping(tmp_path, expression)
    with pytest.raises(UsageError, match="event_id"):
        load_sources(tmp_path)


def test_a_refused_file_is_read_again_when_its_mapping_was_mended(folder: DataFolder) -> None:
    write_mapping(folder.root, "error(line)")
    folder.store.landing.mkdir(parents=True, exist_ok=True)
    (folder.store.landing / "a.txt").write_text("one\ntwo\n")
    folder.ingest(DAY)
    assert folder.statuses("a.txt") == ["damaged"]
    write_mapping(folder.root, "line")
    folder.ingest(DAY)
    assert folder.statuses("a.txt") == ["read"]
    assert folder.files("a.txt")[0].accepted == 2


def close(patched: pytest.MonkeyPatch, folder: Path, *, error: type[OSError] = PermissionError) -> None:
    """Lets a folder be unreadable, which file modes do not do for a superuser."""
    real = os.scandir

    def scandir(path: int | str | Path) -> Iterator[os.DirEntry[str]]:
        if not isinstance(path, int) and Path(path) == folder:
            raise error(13, "Permission denied")
        return real(path)

    patched.setattr(os, "scandir", scandir)


def test_a_folder_that_cannot_be_read_is_told_and_keeps_nobody_else(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.land("shut/day/a.ndjson", [record("a")])
    folder.land("shut/cut.ndjson.gz", b"no gzip")
    folder.tables(DAY)
    folder.land("shut/day/b.ndjson", [record("b")])
    folder.land("open/c.ndjson", [record("c")])
    with monkeypatch.context() as patched:
        close(patched, folder.store.landing / "shut")
        folder.tables(DAY)
    # What came of it before counts on, and what was wrong in it is not mended.
    assert folder.counted() == {DAY: 2}
    assert [(check.check_name, check.detail_en.rpartition(": ")[2]) for check in folder.warnings] == [
        ("damaged_files", "shut/cut.ndjson.gz"), ("unreadable_folders", "shut")
    ]  # fmt: skip
    assert folder.rows("SELECT passed FROM check_results WHERE check_name = 'unreadable_folders'") == [(False,)]
    folder.tables(DAY)
    assert folder.counted() == {DAY: 3}
    assert [check.check_name for check in folder.warnings] == ["damaged_files"]


def test_a_folder_that_cannot_be_read_is_told_without_anything_new(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.land("a.ndjson", [record("a")])
    folder.land("shut/b.ndjson", [record("b")])
    folder.tables(DAY)
    run = folder.manifest.run
    for is_shut in (True, True, False, False):
        with monkeypatch.context() as patched:
            if is_shut:
                close(patched, folder.store.landing / "shut")
            folder.tables(DAY)
        assert folder.manifest.unreadable == (["shut"] if is_shut else [])
    assert folder.manifest.run == run + 2


def test_a_landing_that_cannot_be_read_is_told(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.land("a.ndjson", [record("a")])
    folder.tables(DAY)
    close(monkeypatch, folder.store.landing)
    folder.tables(DAY)
    assert folder.counted() == {DAY: 1}
    assert folder.manifest.unreadable == ["."]


def test_a_check_names_a_folder_that_cannot_be_read(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.land("shut/a.ndjson", [record("a")])
    close(monkeypatch, folder.store.landing / "shut")
    assert check_folder(folder.root) == 3
    assert "landing/shut cannot be read" in capsys.readouterr().out


def test_a_folder_that_went_away_meanwhile_is_none(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.land("shut/a.ndjson", [record("a")])
    close(monkeypatch, folder.store.landing / "shut", error=FileNotFoundError)
    folder.tables(DAY)
    assert folder.manifest.unreadable == []


def test_a_damaged_file_that_is_deleted_warns_no_more_without_anything_new(folder: DataFolder) -> None:
    folder.land("a.ndjson", [record("a")])
    cut = folder.land("cut.ndjson.gz", b"no gzip")
    folder.tables(DAY)
    assert [check.check_name for check in folder.warnings] == ["damaged_files"]
    cut.unlink()
    folder.tables(DAY)
    assert folder.warnings == []


def test_a_file_that_could_not_be_read_is_tried_again(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(file: LandedFile) -> None:
        raise PermissionError(13, "Permission denied")

    folder.land("a.ndjson", [record("a")])
    with monkeypatch.context() as patched:
        patched.setattr(raw_batches, "opened", refused)
        patched.setattr(part_reader, "sha256_of", refused)
        folder.tables(DAY)
        folder.tables(DAY)
    assert folder.statuses("a.ndjson") == ["damaged"]
    # A change of rights changes neither size nor time of a file.
    folder.tables(DAY)
    assert folder.counted() == {DAY: 1}


def test_a_source_is_looked_up_for_what_is_new_or_was_refused_alone(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = Sources.for_file

    def for_file(sources: Sources, path: str) -> SourceMapping | None:
        asked.append(path)
        return real(sources, path)

    monkeypatch.setattr(Sources, "for_file", for_file)
    folder.land("a.ndjson", [record("a")])
    folder.land("cut.ndjson.gz", b"no gzip")
    folder.ingest(DAY)
    assert asked == ["a.ndjson", "cut.ndjson.gz"]
    folder.land("b.ndjson", [record("b")])
    asked.clear()
    folder.ingest(DAY)
    assert asked == ["b.ndjson", "cut.ndjson.gz"]


def test_check_shows_the_first_records_in_the_order_of_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_mapping(tmp_path, "line")
    # The records of this test must not grow too old with it.
    (tmp_path / "authmeter.toml").write_text("retention_days = 36500\n")
    (tmp_path / "a.txt").write_text("".join(f"z{number:02}\n" for number in range(40, 0, -1)))
    assert check_file(tmp_path, "x", tmp_path / "a.txt") == 0
    shown = [line for line in capsys.readouterr().out.splitlines() if "event_id=" in line]
    assert len(shown) == 20
    assert "line=1  event_id=z40" in shown[0]
    assert "line=20  event_id=z21" in shown[-1]


def test_a_data_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="file"):
        data_folder(tmp_path / "file")


def test_two_billing_rules_of_one_day_are_refused(tmp_path: Path) -> None:
    (tmp_path / "authmeter.toml").write_text("[[billing]]\nvalid_from = 2026-01-01\n" * 2)
    with pytest.raises(UsageError, match="valid_from"):
        load_settings(tmp_path)
