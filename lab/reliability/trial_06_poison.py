"""Promise 6: one harmful file (a poison) cannot stop the others. Each poison is tried alone, then all in one folder.

Good files are in the same folder and must all count. Each poison must be reported: in `input_files`, as refused with a
finding, or as read with its records rejected. `authmeter check` must report a poison that landing's rules ignore. The
run has a memory limit.

Files that are only odd, such as one with a wrong suffix, are rows of docs/what-you-drop.md; trial 11 has hostile names.
"""

from __future__ import annotations

import gzip
import io
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from lab.reliability.harness import Result, Tally, some
from lab.reliability.operation import Measured, measured, stored_files
from tests.support import DataFolder, closed_day, lines, records

MEMORY_BYTES = 2_500_000_000
SETTINGS = 'memory_limit = "1GB"\nthreads = 2\n'
GOOD = 40
SECRET = "13700001234"
# Expected reports of a poison.
REFUSED, FRUITLESS, LEFT_ALONE = range(3)


@dataclass(frozen=True)
class Poison:
    """A harmful file, or several.

    `lay(place)` writes the files into the folder `place` below landing. `wanted` has the expected report of each path
    in that folder: `REFUSED`, `FRUITLESS` or `LEFT_ALONE`.
    """

    lay: Callable[[Path], None]
    wanted: dict[str, int]


def trial(scale: float, work: Path) -> list[Result]:
    """Try each poison alone (in a short trial only some), then all together."""
    last = closed_day()
    kinds = _kinds(last, 3 << 30 if scale >= 1 else 300 << 20)
    alone = Tally(6, "poison files, each kind alone beside good files: named, and all good files counted")
    chosen = Random(6).sample(sorted(kinds), min(len(kinds), some(len(kinds), scale)))
    peak = 0
    for kind in chosen:
        run = _run(alone, work / f"alone {kind}", {kind: kinds[kind]}, last)
        peak = max(peak, run.peak)
    together = Tally(6, "all kinds in one folder: each named, all good files counted, exit 3")
    run = _run(together, work / "together", kinds, last)
    limit = Tally(6, "memory of those runs, with 1 GB for DuckDB")
    for taken in (peak, run.peak):
        limit.check(taken < MEMORY_BYTES, f"{taken / 1e9:.1f} GB")
    return [alone.result(), together.result(f"{len(kinds)} kinds"), limit.result(f"{max(peak, run.peak) / 1e9:.1f} GB")]


def _run(tally: Tally, root: Path, poisons: dict[str, Poison], last: date) -> Measured:
    folder = DataFolder(root)
    folder.write("authmeter.toml", SETTINGS)
    for number in range(2):
        folder.land(f"good/{number}.ndjson", records(GOOD, last, f"good{number}-"))
    for kind, poison in poisons.items():
        place = folder.store.landing / kind
        place.mkdir()
        poison.lay(place)
    run = measured("run", root)
    kinds = ", ".join(poisons) if len(poisons) < 3 else "all"
    is_clean = all(how == LEFT_ALONE for poison in poisons.values() for how in poison.wanted.values())
    good_end = run.is_in_words and run.code in ((0, 3) if is_clean else (3,))
    if not tally.check(good_end, f"{kinds}: exit {run.code}: {run.said[-400:]}"):
        return run
    found = {path: (status, accepted, rejected, finding) for path, status, accepted, rejected, finding in folder.rows(
        "SELECT path, status, accepted, rejected, finding FROM input_files")}  # fmt: skip
    checks = dict(folder.rows("SELECT check_name, string_agg(detail_en) FROM check_results GROUP BY ALL"))
    looked = measured("check", root)
    for kind, poison in poisons.items():
        for path, how in poison.wanted.items():
            whole = f"{kind}/{path}"
            tally.check(_is_reported(how, whole, found, checks, looked.said), f"{whole}: {found.get(whole)}")
    counted = sum(folder.counted().values())
    tally.check(counted == 2 * GOOD, f"{kinds}: {counted} of {2 * GOOD} good records counted")
    leaked = [
        str(file) for file in stored_files(root, but=("landing", "outside")) if SECRET.encode() in file.read_bytes()
    ]
    tally.check(not leaked, f"what a link leads to is in {leaked}")
    return run


def _is_reported(
    how: int, path: str, found: dict[str, tuple[str, int, int, str | None]], checks: dict[str, str], looked: str
) -> bool:
    if how == LEFT_ALONE:
        return path not in found and f"landing/{path} is a link or a special file" in looked
    status, accepted, rejected, finding = found.get(path, ("", 0, 0, None))
    if how == REFUSED:
        return status == "damaged" and bool(finding) and not accepted
    is_warned = "without a valid record" in checks["nothing_accepted"]
    return status == "read" and not accepted and rejected > 0 and is_warned


def _files(**contents: tuple[bytes, int]) -> Poison:
    """Return a poison of some files.

    `contents` has the bytes and the expected report of each file, by its name with `__` instead of dots.
    """
    named = {name.replace("__", "."): content for name, content in contents.items()}

    def lay(place: Path) -> None:
        for name, (content, _) in named.items():
            (place / name).write_bytes(content)

    return Poison(lay, {name: how for name, (_, how) in named.items()})


def _kinds(last: date, sparse_bytes: int) -> dict[str, Poison]:
    zeros = b"\0" * 50_000_000
    same_line = lines(records(1, last)) * 300_000
    log = lines(records(3, last, "p"))
    gz, zst = gzip.compress, zstandard.ZstdCompressor(write_checksum=True).compress
    random = Random(66)
    return {
        "bombs": _files(
            zeros__ndjson__gz=(gz(zeros) * 40, REFUSED),
            zeros__log__zst=(zst(zeros) * 40, REFUSED),
            lines__ndjson__gz=(gz(same_line, 9) * 20, REFUSED),
            cells__csv__gz=(gz(b"event_id,event_time\n" + b"," * 50_000_000) * 5, REFUSED),
            twice__ndjson__gz=(gz(gz(log)), REFUSED),
        ),
        "parquet bombs": _files(
            rows__parquet=(_many_rows(), REFUSED),
            cell__parquet=(_long_cell(), REFUSED),
            columns__parquet=(_many_columns(), REFUSED),
        ),
        "wide window": _files(window__ndjson__zst=(_wide_window(log), REFUSED)),
        "special files": _special(last),
        "rubbish": _files(
            bytes__log=(b"\0" + random.randbytes(2_000_000), FRUITLESS),
            short_lines__ndjson=(b"x\n" * 50_000, FRUITLESS),
            header__csv=(b",".join(b"n%d" % n for n in range(200_000)) + b"\n1,2\n", FRUITLESS),
            commas__csv=(b"event_id,event_time\n" + b"," * 20_000_000 + b"\n", FRUITLESS),
            quotes__csv=(b'event_id,event_time\n"' + b"x" * 20_000_000 + b'\n1,"\n', FRUITLESS),
            brackets__json=(b"[" * 5_000_000 + b"\n" + b'{"a":' * 1_000_000 + b"\n", FRUITLESS),
            digits__json=(b'{"event_time":' + b"9" * 3_000_000 + b"}\n", FRUITLESS),
        ),
        "sparse": Poison(lambda place: _sparse(place / "nul.log", sparse_bytes), {"nul.log": FRUITLESS}),
    }  # fmt: skip


def _many_rows() -> bytes:
    """Return a small Parquet file with two million rows: each column repeats one value."""
    sink = io.BytesIO()
    rows = 2_000_000
    column = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int8()), pa.array(["x" * 200]))
    pq.write_table(pa.table({"event_id": column, "app_key": column}), sink, compression="zstd")
    return sink.getvalue()


def _long_cell() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table({"event_id": ["x" * 200_000_000]}), sink, compression="zstd", write_statistics=False)
    return sink.getvalue()


def _many_columns() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table({f"n{n}": [1] for n in range(10_001)}), sink)
    return sink.getvalue()


def _wide_window(log: bytes) -> bytes:
    """Return a Zstandard frame of one raw block that asks its reader for a window of 2 GB."""
    block = (len(log) << 3 | 1).to_bytes(3, "little")
    return b"\x28\xb5\x2f\xfd\x00" + bytes([(31 - 10) << 3]) + block + log


def _special(last: date) -> Poison:
    wanted = dict.fromkeys(
        ("pipe.ndjson", "pipe.parquet", "socket.log", "link.ndjson", "nowhere.csv", "zero.log", "folder"), LEFT_ALONE
    )

    def lay(place: Path) -> None:
        outside = place.parents[1] / "outside"
        outside.mkdir()
        (outside / "secret.ndjson").write_bytes(lines(records(3, last, SECRET, phone=SECRET)))
        for name in ("pipe.ndjson", "pipe.parquet"):
            os.mkfifo(place / name)
        # A socket's own path must be short.
        before = Path.cwd()
        os.chdir(place)
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind("socket.log")
        os.chdir(before)
        (place / "link.ndjson").symlink_to(outside / "secret.ndjson")
        (place / "nowhere.csv").symlink_to(outside / "nothing.csv")
        (place / "zero.log").symlink_to("/dev/zero")
        (place / "folder").symlink_to(outside)

    return Poison(lay, wanted)


def _sparse(path: Path, size: int) -> None:
    with path.open("wb") as out:
        out.truncate(size)
