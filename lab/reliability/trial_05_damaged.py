"""Promise 5: files that are cut, or in which a bit is flipped, are refused whole and reported; all other files count.

Some flips do no harm, such as in the time of a gzip header, or in Parquet's statistics. Such a file may be read if its
content equals that of the whole file. An independent reader decides that for gzip and Zstandard; for Parquet, the
stored events decide. Every other file must be refused. Then the whole files are delivered again.

Parquet is written with checksums of its pages, as Spark does by default; the note says how many flips are found without
checksums.
"""

from __future__ import annotations

import gzip
import io
import json
import threading
import zlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from lab.reliability.harness import Result, Tally, some
from lab.reliability.operation import measured
from pipelines.store.part_records import record_files
from tests.support import DataFolder, Row, closed_day, days_before, lines, record, records

DAMAGED = 300
GOOD_FILES = 5
RECORDS = 120


def trial(scale: float, work: Path) -> list[Result]:
    """Try damaged files of all formats in one folder, and files that grow while runs read them."""
    return [*_damaged(scale, work / "damaged"), _growing(scale, work / "growing")]


def _gz(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def _zst(content: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(content)


def _parquet(content: bytes, *, has_checksums: bool = True) -> bytes:
    rows = [json.loads(line) for line in content.splitlines()]
    sink = io.BytesIO()
    pq.write_table(
        pa.Table.from_pylist(rows), sink, compression="zstd", row_group_size=50, write_page_checksum=has_checksums
    )
    return sink.getvalue()


def _gunzipped(raw: bytes) -> bytes:
    """Return the unpacked content of all members; raise an error if a member is cut or its checksum is wrong."""
    out = b""
    while raw:
        member = zlib.decompressobj(31)
        out += member.decompress(raw) + member.flush()
        if not member.eof:
            raise ValueError("cut")
        raw = member.unused_data
    return out


def _unzstd(raw: bytes) -> bytes:
    frame = zstandard.ZstdDecompressor().decompressobj()
    out = frame.decompress(raw)
    if not frame.eof or frame.unused_data:
        raise ValueError("cut")
    return out


FORMATS: dict[str, tuple[Callable[[bytes], bytes], Callable[[bytes], bytes] | None]] = {
    ".ndjson.gz": (_gz, _gunzipped),
    ".ndjson.zst": (_zst, _unzstd),
    ".parquet": (_parquet, None),
}


def _damaged(scale: float, root: Path) -> list[Result]:
    found = Tally(5, "cuts and bit flips in gzip, Zstandard, Parquet: refused whole and named, where they do harm")
    rest = Tally(5, "whole files beside them: all counted, exit 3")
    again = Tally(5, "the whole files delivered again: all taken")
    folder, rng, last = DataFolder(root), Random(5), closed_day()
    for number in range(GOOD_FILES):
        folder.land(f"good/{number}.ndjson", _rows(f"good{number}-", last))
    whole: dict[str, bytes] = {}
    harmless: set[str] = set()
    for number in range(some(DAMAGED, scale, 12)):
        ending = list(FORMATS)[number % len(FORMATS)]
        pack, unpack = FORMATS[ending]
        content = lines(_rows(f"d{number}-", last))
        path = f"{number}{ending}"
        whole[path] = pack(content)
        broken = _broken(rng, whole[path])
        folder.land(path, broken)
        if unpack and _same(unpack, broken, content):
            harmless.add(path)
    run = measured("run", root)
    rest.check(run.code == 3 and run.is_in_words, f"exit {run.code}: {run.said[-300:]}")
    books = {path: tuple(row) for path, *row in folder.rows("SELECT path, status, accepted, finding FROM input_files")}
    counted = _counted(folder)
    for number in range(GOOD_FILES):
        rest.check(counted.get(f"good{number}") == RECORDS, f"good/{number}.ndjson gave {counted.get(f'good{number}')}")
    read_whole = 0
    for path in whole:
        status, accepted, finding = books.get(path, (None, None, None))
        if status == "damaged":
            is_right = bool(finding) and accepted == 0 and f"d{_number(path)}" not in counted
        else:
            # Parquet has no independent reader here, so the rows themselves must be equal.
            is_right = path in harmless or (path.endswith(".parquet") and _is_same_parquet(folder, path, whole[path]))
            read_whole += is_right
        found.check(is_right, f"{path}: {status}, {accepted} accepted, {finding}")
    for path, content in whole.items():
        folder.land(path, content)
    folder.tables(last, datetime.now(UTC))
    left = dict(folder.rows("SELECT path, finding FROM input_files WHERE status IN ('damaged', 'held')"))
    counted = _counted(folder)
    for path in whole:
        is_taken = path not in left and counted.get(f"d{_number(path)}") == RECORDS
        again.check(is_taken, f"{path}: {counted.get(f'd{_number(path)}')} records, {left.get(path)}")
    note = f"{read_whole} did no harm to the content and were read; {_without_checksums(scale, root)}"
    return [found.result(note), rest.result(), again.result()]


def _rows(prefix: str, day: date) -> list[Row]:
    return [
        record(f"{prefix}{number}", days_before(day, number % 2), app_key=prefix.rstrip("-"), device_id=f"v{number}",
               latency_ms=number * 7, sdk_version="2.1")
        for number in range(RECORDS)
    ]  # fmt: skip


def _number(path: str) -> str:
    return path.partition(".")[0]


def _broken(rng: Random, content: bytes) -> bytes:
    if rng.random() < 0.4:
        return content[: rng.randrange(len(content))]
    raw = bytearray(content)
    raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    return bytes(raw)


def _same(unpack: Callable[[bytes], bytes], broken: bytes, content: bytes) -> bool:
    try:
        return unpack(broken) == content
    except (ValueError, zlib.error, zstandard.ZstdError):
        return False


def _counted(folder: DataFolder) -> dict[str, int]:
    return dict(folder.rows("SELECT app_key, sum(records)::BIGINT FROM outcome_daily GROUP BY ALL"))


def _stored(folder: DataFolder, path: str) -> list[Row]:
    """Return the stored events of a landed file, sorted by id."""
    (entry,) = [entry for entry in folder.manifest.live_files() if entry.path == path]
    tables = [pq.read_table(file).to_pylist() for file in record_files(folder.store.part_folder(entry.part or ""))]
    rows = [row for table in tables for row in table if row["file"] == entry.place]
    return sorted(rows, key=lambda row: row["event_id"])


def _is_same_parquet(folder: DataFolder, path: str, whole: bytes) -> bool:
    """Return whether the changed Parquet file at `path` gave the same events as the file `whole`, read in another
    folder.
    """
    other = DataFolder(folder.root.parent / f"{folder.root.name}-{path}")
    other.write("hash.key", (folder.root / "hash.key").read_text())
    other.land(path, whole)
    other.ingest(closed_day(), datetime.now(UTC))
    return _stored(folder, path) == _stored(other, path)


def _without_checksums(scale: float, root: Path) -> str:
    """Return a text with the number of flips that are found in Parquet files without page checksums.

    The other flips are no failures, because the format gives no way to find them.
    """
    folder, rng, last = DataFolder(root.with_name("unchecked")), Random(55), closed_day()
    tries = some(DAMAGED // 3, scale, 6)
    for number in range(tries):
        whole = _parquet(lines(_rows(f"d{number}-", last)), has_checksums=False)
        raw = bytearray(whole)
        raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
        folder.land(f"{number}.parquet", bytes(raw))
    folder.ingest(last, datetime.now(UTC))
    refused = sum(entry.status == "damaged" for entry in folder.manifest.files)
    return (
        f"of {tries} flips in Parquet without page checksums {refused} were found: the format gives no way to find more"
    )


def _growing(scale: float, root: Path) -> Result:
    """Try files to which a writer appends while a run reads them."""
    tally = Tally(5, "files that grow while they are read: left for the next run, which takes them whole")
    last = closed_day()
    for number in range(some(10, scale)):
        folder = DataFolder(root / str(number))
        folder.land("still.ndjson", records(50, last, "s"))
        target = folder.land("grows.ndjson", records(20_000, last, "g"))
        stop = threading.Event()
        written: list[int] = []

        def write(target: Path = target, stop: threading.Event = stop, written: list[int] = written) -> None:
            with target.open("ab", buffering=0) as out:
                while not stop.wait(0.002):
                    out.write(lines([record(f"more{len(written)}", last)]))
                    written.append(1)

        writer = threading.Thread(target=write)
        writer.start()
        try:
            report = folder.ingest(last, datetime.now(UTC))
        finally:
            stop.set()
            writer.join()
        is_left = report.changing == ["grows.ndjson"] and [e.path for e in report.read] == ["still.ndjson"]
        folder.tables(last, datetime.now(UTC))
        counted = sum(folder.counted().values())
        wanted = 50 + 20_000 + len(written)
        tally.check(
            is_left and counted == wanted, f"try {number}: left {report.changing}, {counted} of {wanted} counted"
        )
    return tally.result()
