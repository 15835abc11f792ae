"""The scan of landing finds the files that are logs. A cut or corrupt file is detected before its records count."""

from __future__ import annotations

import bz2
import gzip
import inspect
import io
import lzma
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from tempfile import gettempdir

import cramjam
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.common.errors import DamagedFileError
from pipelines.reading.files import growth, packings
from pipelines.reading.files.growth import LIMITS, UnpackLimits
from pipelines.reading.files.landing import LandedFile, bare_name, current_stamp, scan, sha256_of
from pipelines.reading.files.packings import packing_of
from pipelines.reading.files.plain_files import plain_file
from pipelines.reading.sources.mapping import format_of
from tests.dropped.made import archived
from tests.reading_bench import ReadingBench
from tests.support import lines, record, records

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LOG = lines(records(40))


def landed(tmp_path: Path, name: str, content: bytes) -> LandedFile:
    file = tmp_path / name
    file.write_bytes(content)
    return next(found for found in scan(tmp_path, set()) if found.path == name)


def content_of(file: LandedFile) -> bytes:
    """Return all unpacked bytes of a landed file."""
    return b"".join(pieces(file, LIMITS))


def test_finds_files_of_any_layout_in_order_of_path(tmp_path: Path) -> None:
    for name in ("b.ndjson", "2026/03/10/a.log.gz", "A.csv", "日志/一 二.jsonl", "a[1].ndjson", "no suffix"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    found = [(file.path, file.bytes) for file in scan(tmp_path, set())]
    assert found == [
        (name, 1)
        for name in ("2026/03/10/a.log.gz", "A.csv", "a[1].ndjson", "b.ndjson", "no suffix", "日志/一 二.jsonl")
    ]


@pytest.mark.parametrize(
    "name",
    [".hidden.ndjson", "_SUCCESS", "_SYNTHETIC.md", "a.ndjson.tmp", "a.csv.part", ".a.ndjson.crc", "a.crc",
    "_temporary/a.ndjson",
     ".staging/a.ndjson", "day.tmp/a.ndjson"],
)  # fmt: skip
def test_leaves_hidden_and_unfinished_names_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(LOG)
    (tmp_path / "kept.ndjson").write_bytes(LOG)
    assert [file.path for file in scan(tmp_path, set())] == ["kept.ndjson"]


def test_leaves_links_and_special_files_alone(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.ndjson").write_bytes(LOG)
    landing = tmp_path / "landing"
    landing.mkdir()
    (landing / "file.ndjson").symlink_to(outside / "secret.ndjson")
    (landing / "folder").symlink_to(outside)
    (landing / "nowhere.ndjson").symlink_to(tmp_path / "nothing")
    os.mkfifo(landing / "pipe.ndjson")
    assert list(scan(landing, set())) == []


def test_a_landing_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert list(scan(tmp_path / "landing", set())) == []


def test_a_name_that_is_no_text_is_reported_in_escapes(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/a\xff.ndjson")).write_bytes(LOG)
    (file,) = scan(tmp_path, set())
    assert file.path == "a\\xff.ndjson"
    assert content_of(file) == LOG


def test_a_file_that_was_swapped_for_a_link_is_not_followed(tmp_path: Path) -> None:
    file = landed(tmp_path, "a.ndjson", LOG)
    secret = tmp_path / ".secret"
    secret.write_bytes(b"not for you")
    file.full.unlink()
    file.full.symlink_to(secret)
    with pytest.raises(OSError, match="symbolic links"):
        content_of(file)


@pytest.mark.parametrize("change", [lambda file: file.write_bytes(LOG + b"\n"), lambda file: os.utime(file, ns=(1, 1))])
def test_the_stamp_tells_a_change(tmp_path: Path, change: Callable[[Path], object]) -> None:
    file = landed(tmp_path, "a.ndjson", LOG)
    assert current_stamp(file) == file.stamp
    change(file.full)
    assert current_stamp(file) != file.stamp


def test_the_checksum_is_of_the_file_as_it_lies_there(tmp_path: Path) -> None:
    # printf abc | sha256sum
    file = landed(tmp_path, "a.ndjson", b"abc")
    assert sha256_of(file) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def zst(content: bytes, *, checksum: bool = True) -> bytes:
    return zstd.compress(content, options={zstd.CompressionParameter.checksum_flag: int(checksum)})


def lz4(content: bytes) -> bytes:
    return bytes(cramjam.lz4.compress(content, level=0))


def hadoop_snappy(content: bytes, block: int = 4000, chunk: int = 1500) -> bytes:
    """Compress like Hadoop's BlockCompressorStream: blocks of chunks, each after its length in big-endian order."""
    out = b""
    for first in range(0, len(content), block):
        part = content[first : first + block]
        out += len(part).to_bytes(4, "big")
        for start in range(0, len(part), chunk):
            packed = bytes(cramjam.snappy.compress_raw(part[start : start + chunk]))
            out += len(packed).to_bytes(4, "big") + packed
    return out


FRAMED, RAW, HADOOP = bytes(cramjam.snappy.compress(LOG)), bytes(cramjam.snappy.compress_raw(LOG)), hadoop_snappy(LOG)
PADDED_XZ = lzma.compress(LOG[:100]) + bytes(8) + lzma.compress(LOG[100:])
WHOLE = {
    "plain.ndjson": LOG,
    "one.ndjson.bz2": bz2.compress(LOG),
    "two streams.log.bz2": bz2.compress(LOG[:100]) + bz2.compress(LOG[100:]),
    "one.ndjson.xz": lzma.compress(LOG),
    "padded streams.ndjson.xz": PADDED_XZ,
    "one.csv.lz4": lz4(LOG),
    "two frames.ndjson.lz4": lz4(LOG[:100]) + lz4(LOG[100:]),
    "framed.ndjson.snappy": FRAMED,
    "framed twice.ndjson.snappy": bytes(cramjam.snappy.compress(LOG[:100])) + bytes(cramjam.snappy.compress(LOG[100:])),
    "skippable.ndjson.snappy": FRAMED + b"\x80\x02\x00\x00xx" + b"\xfe\x01\x00\x00\x00",
    "raw.ndjson.snappy": RAW,
    "hadoop.ndjson.snappy": HADOOP,
    "rotated.log.1.bz2": bz2.compress(LOG),
    "gzip.json": gzip.compress(LOG),
    "gzip.log": gzip.compress(LOG),
    "gzip without a suffix": gzip.compress(LOG),
    "zstd.log": zst(LOG),
    "zstd.log.gz": zst(LOG),
    "snappy.jsonl": FRAMED,
    "raw snappy.json": RAW,
    "raw snappy.snappy.csv": RAW,
    "raw snappy without a suffix": RAW,
    "xz.log": lzma.compress(LOG),
    "one.ndjson.gz": gzip.compress(LOG),
    "two members.ndjson.gz": gzip.compress(LOG[:100]) + gzip.compress(LOG[100:]),
    "one.ndjson.zst": zst(LOG),
    "two frames.ndjson.zst": zst(LOG[:100]) + zst(LOG[100:]),
    "no checksum.ndjson.zst": zst(LOG, checksum=False),
    # Skippable frames of LZ4 and of Zstandard have the same mark, so the suffix decides.
    "skippable.ndjson.lz4": b"\x50\x2a\x4d\x18\x04\x00\x00\x00skip" + lz4(LOG),
    "skippable.ndjson.zst": b"\x50\x2a\x4d\x18\x04\x00\x00\x00skip" + zst(LOG),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_file_is_read_through_its_compression(tmp_path: Path, name: str) -> None:
    assert content_of(landed(tmp_path, name, WHOLE[name])) == LOG


@pytest.mark.parametrize(
    "content",
    [
        # The first bytes of each are the length and the first element of a raw Snappy block of about this size.
        "\ufeff[ 1]".encode() + b"x" * 20_000_000, "日,t".encode("gb18030") + b"x" * 700_000,
        b"\xff\xfe{\0" + b"x\0" * 500_000, RAW[:-20], RAW + b"x", b"\x80", b"",
    ],
    ids=["UTF-8", "GB18030", "UTF-16", "cut", "more", "one byte", "empty"],
)  # fmt: skip
def test_a_text_is_not_taken_for_raw_snappy(tmp_path: Path, content: bytes) -> None:
    file = landed(tmp_path, "a.csv", content)
    with file.opened() as raw:
        assert packing_of(file, raw) is None


def test_a_text_that_would_be_an_impossible_block_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpacked: list[bytes] = []
    monkeypatch.setattr(cramjam.snappy, "decompress_raw", unpacked.append)
    # The lengths of blocks of 16 GB and of 129 bytes, and an element of one byte.
    for head in (b"\xff\xff\xff\xff\x3f\x00", b"\x81\x01\x00"):
        file = landed(tmp_path, "a.csv", head + b"x" * 1000)
        with file.opened() as raw:
            assert packing_of(file, raw) is None
    assert unpacked == []


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 0x10]) + content[place + 1 :]


DAMAGED = {
    "cut.ndjson.bz2": bz2.compress(LOG)[:-20],
    "wrong sum.ndjson.bz2": flipped(bz2.compress(LOG), 200),
    "second cut.ndjson.bz2": bz2.compress(LOG) + bz2.compress(LOG)[:-9],
    "rubbish behind.ndjson.bz2": bz2.compress(LOG) + b"rubbish",
    "no bzip2.ndjson.bz2": LOG,
    "cut.ndjson.xz": lzma.compress(LOG)[:-20],
    "wrong sum.ndjson.xz": flipped(lzma.compress(LOG), 100),
    "rubbish behind.ndjson.xz": lzma.compress(LOG) + b"rubbish",
    "cut.ndjson.lz4": lz4(LOG)[:-20],
    "no end.ndjson.lz4": lz4(LOG)[:-4],
    "rubbish behind.ndjson.lz4": lz4(LOG) + b"rubbish",
    "cut.ndjson.snappy": FRAMED[:-20],
    "header cut.ndjson.snappy": FRAMED + b"\x00\x01",
    "wrong sum.ndjson.snappy": flipped(FRAMED, 15),
    "unknown chunk.ndjson.snappy": FRAMED + b"\x7f\x02\x00\x00xx",
    "raw cut.ndjson.snappy": RAW[:-20],
    "hadoop cut.ndjson.snappy": HADOOP[:-20],
    "hadoop wrong length.ndjson.snappy": b"\x00\x00\x00\x09" + HADOOP[4:],
    "no snappy.ndjson.snappy": LOG,
    "empty.ndjson.snappy": b"",
    "cut.json": gzip.compress(LOG)[:-20],
    "cut.ndjson.gz": gzip.compress(LOG)[:-20],
    "no trailer.ndjson.gz": gzip.compress(LOG)[:-8],
    "wrong sum.ndjson.gz": flipped(gzip.compress(LOG), -6),
    "wrong length.ndjson.gz": flipped(gzip.compress(LOG), -2),
    "second member cut.ndjson.gz": gzip.compress(LOG) + gzip.compress(LOG)[:-9],
    "rubbish behind.ndjson.gz": gzip.compress(LOG) + b"rubbish",
    "no gzip.ndjson.gz": LOG,
    "empty.ndjson.gz": b"",
    "cut.ndjson.zst": zst(LOG)[:-20],
    "wrong sum.ndjson.zst": flipped(zst(LOG), -2),
    "second frame cut.ndjson.zst": zst(LOG) + zst(LOG)[:-9],
    "rubbish behind.ndjson.zst": zst(LOG) + b"rubbish",
    "no zstd.ndjson.zst": LOG,
    "empty.ndjson.zst": b"",
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_cut_or_corrupt_file_is_found_out(tmp_path: Path, name: str) -> None:
    is_other = name in ("no gzip.ndjson.gz", "no zstd.ndjson.zst", "no bzip2.ndjson.bz2")
    with pytest.raises(DamagedFileError, match="not what its name says" if is_other else "cut or corrupt"):
        content_of(landed(tmp_path, name, DAMAGED[name]))


def test_a_file_that_unpacks_to_more_than_a_log_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "FREE_BYTES", 10_000_000)
    bomb = b"0\n" * 500_000
    packed = {
        "a.log.gz": gzip.compress(bomb), "b.log.zst": zst(bomb), "c.log.bz2": bz2.compress(bomb),
        "d.log.xz": lzma.compress(bomb, preset=0), "e.log.lz4": lz4(bomb),
    }  # fmt: skip
    for name, one in packed.items():
        content = one * 11
        file = landed(tmp_path, name, content)
        with pytest.raises(DamagedFileError, match="unpacks to more than 10,000,000 bytes"):
            list(pieces(file, LIMITS))
        assert sum(map(len, pieces(file, UnpackLimits(ratio=100_000)))) == 11_000_000
        with pytest.raises(DamagedFileError, match="unpacks to more than 99 bytes") as refused:
            list(pieces(file, UnpackLimits(bytes=99)))
        assert "max_unpacked_gb" in refused.value.do


def test_a_length_that_snappy_gives_itself_is_believed_within_bounds(tmp_path: Path) -> None:
    # 4 GB less one, in five bytes.
    for name, content in (("raw", b"\xff\xff\xff\xff\x0f" + RAW), ("hadoop", b"\x00\xff\xff\xff" + b"\xff" * 9)):
        with pytest.raises(DamagedFileError, match="cut or corrupt"):
            content_of(landed(tmp_path, f"{name}.log.snappy", content))
    for content in (RAW, FRAMED, HADOOP):
        with pytest.raises(DamagedFileError, match="unpacks to more than 99 bytes"):
            list(pieces(landed(tmp_path, "a.log.snappy", content), UnpackLimits(bytes=99)))


def test_a_file_that_asks_for_more_memory_than_a_log_needs_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 28})
    monkeypatch.setattr(packings, "_XZ_MEMORY_BYTES", 1 << 20)
    for name, content in (("a.log.zst", wide.compress(LOG) + wide.flush()), ("b.log.xz", lzma.compress(LOG))):
        with pytest.raises(DamagedFileError, match="needs more memory to unpack than any log") as refused:
            content_of(landed(tmp_path, name, content))
        assert "smaller window" in refused.value.do


def pieces(file: LandedFile, limits: UnpackLimits) -> Iterator[bytes]:
    buffer = bytearray(1 << 20)
    with plain_file(file, limits, Path(gettempdir())) as plain:
        stream = plain.stream()
        while count := stream.readinto(memoryview(buffer)):
            yield bytes(buffer[:count])


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"PAR1\x15\x04\x15", "a Parquet file"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"PK\x03\x04\x14", "a zip archive or an Office file"),
        (LOG.decode().encode("utf-16"), "text in UTF-16 instead of UTF-8"),
        (archived({"a.log": LOG}, "tar"), "a tar archive"),
    ],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_what_is_no_text_is_reported_by_its_kind(
    tmp_path: Path, content: bytes, kind: str, pack: Callable[[bytes], bytes]
) -> None:
    file = landed(tmp_path, "a.log" if pack is bytes else "a.log.gz", pack(content))
    with pytest.raises(DamagedFileError, match=f"not what its name says: it is {kind}"):
        content_of(file)


def test_the_letter_case_of_a_suffix_does_not_count(tmp_path: Path) -> None:
    assert content_of(landed(tmp_path, "A.NDJSON.GZ", gzip.compress(LOG))) == LOG
    assert (format_of("A.NDJSON.GZ"), format_of("b.Csv.ZST"), format_of("C.PARQUET")) == ("ndjson", "csv", "parquet")
    (tmp_path / "left.TMP").write_bytes(LOG)
    assert [file.path for file in scan(tmp_path, set())] == ["A.NDJSON.GZ"]


@pytest.mark.parametrize("name", ["-2020-12-20" * 1_000 + "x.zip!", "a" + ".log.1.2020-12-20-20-12" * 500])
def test_a_long_name_of_nothing_but_dates_is_soon_looked_through(name: str) -> None:
    assert bare_name(f"day.zip!{name}")
    assert format_of(f"day.zip!{name}.txt") is None


def test_no_two_files_have_one_path(tmp_path: Path) -> None:
    for name in (b"a\xff.log", b"a\\xff.log", b"a\\x5cxff.log", b"a\\\xff.log", b"b\\c.log"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(b"x")
    paths = [file.path for file in scan(tmp_path, set())]
    assert len(set(paths)) == len(paths) == 5
    assert {"a\\xff.log", "a\\x5cxff.log", "b\\c.log"} < set(paths)


def test_folders_may_be_nested_deeper_than_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path.joinpath(*["d"] * 150)
    deep.mkdir(parents=True)
    (deep / "a.log").write_bytes(LOG)
    limit = sys.getrecursionlimit()
    # The limit leaves 100 calls below the test, fewer than the 150 nested folders.
    sys.setrecursionlimit(len(inspect.stack(0)) + 100)
    try:
        assert [file.full.name for file in scan(tmp_path, set())] == ["a.log"]
    finally:
        sys.setrecursionlimit(limit)


def test_what_is_left_alone_for_its_kind_is_reported(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.log")
    (tmp_path / "link.log").symlink_to("/dev/zero")
    (tmp_path / ".hidden").write_bytes(LOG)
    ignored: set[str] = set()
    assert list(scan(tmp_path, set(), ignored)) == []
    assert ignored == {"pipe.log", "link.log", ".hidden"}


def parquet(rows: int) -> bytes:
    sink = io.BytesIO()
    columns = {name: [record(f"e{number}")[name] for number in range(rows)] for name in record("e")}
    pq.write_table(pa.table(columns), sink, compression="zstd", write_page_checksum=True)
    return sink.getvalue()


@pytest.mark.parametrize(
    "content",
    [parquet(50)[:-9], parquet(50)[4:], b"PAR1PAR1", b"", LOG],
    ids=["cut", "no head", "short", "empty", "text"],
)
def test_a_cut_parquet_file_is_found_out(bench: ReadingBench, content: bytes) -> None:
    has_mark = not content or content.startswith(b"PAR1")
    with pytest.raises(DamagedFileError, match="cut or corrupt" if has_mark else "not what its name says"):
        bench.read(content, "a.parquet")


def corrupted(content: bytes, seed: int) -> bytes:
    """Return a Parquet file with one flipped bit in its footer."""
    rng = Random(seed)
    raw = bytearray(content)
    footer = int.from_bytes(raw[-8:-4], "little") + 8
    raw[len(raw) - 1 - rng.randrange(footer)] ^= 1 << rng.randrange(8)
    return bytes(raw)


def test_a_flipped_bit_of_a_footer_harms_neither_the_run_nor_unseen_the_rows(bench: ReadingBench) -> None:
    whole = parquet(50)
    wanted = bench.read(whole, "a.parquet").events
    refused = 0
    for seed in range(60):
        try:
            assert bench.read(corrupted(whole, seed), "a.parquet").events == wanted
        except DamagedFileError:
            refused += 1
    assert refused > 10


@pytest.mark.parametrize("name", ["a.ndjson", "a.csv", "a.log"])
def test_an_empty_file_holds_no_record_and_is_not_damaged(bench: ReadingBench, name: str) -> None:
    assert bench.read(b"", name).books.records_read == 0
