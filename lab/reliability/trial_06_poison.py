"""Promise 6: one poison file cannot stop the others. Every poison alone, then all of them in one folder.

Good files lie beside them, which must all count. Each poison must be where an operator looks: refused with a finding,
or read and its records rejected, in `input_files`; in the check `unreadable_folders`; or, where landing's rules leave
it alone, in `authmeter check`. The run has the rights of a user without privileges, and a limit on what it may take.
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

from lab.reliability.files import Measured, measured
from lab.reliability.harness import Result, Tally
from lab.reliability.operation import stored_files
from tests.support import DataFolder, closed_day, lines, records

MEMORY_BYTES = 2_500_000_000
SETTINGS = 'memory_limit = "1GB"\nthreads = 2\n'
GOOD = 40
SECRET = "13700001234"
# How a poison must be told.
REFUSED, FRUITLESS, REJECTED, LEFT_ALONE, UNREADABLE, EMPTY, READ = range(7)


@dataclass(frozen=True)
class Poison:
    """What puts a poison under a landing folder, and for each path how it must be told."""

    lay: Callable[[Path], None]
    wanted: dict[str, int]


def trial(scale: float, work: Path) -> list[Result]:
    """Each alone, of a short trial some; then all together."""
    last = closed_day()
    kinds = _kinds(last, 3 << 30 if scale >= 1 else 300 << 20)
    alone = Tally(6, "poison files, each kind alone beside good files: named, and all good files counted")
    chosen = sorted(kinds) if scale >= 1 else Random(6).sample(sorted(kinds), 1 + int(scale * 20))
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
    # The first run: its key and its folders are then the user's own.
    for kind, poison in poisons.items():
        place = folder.store.landing / kind
        place.mkdir()
        poison.lay(place)
    run = measured("run", data=root, is_bound_by_rights=True)
    kinds = ", ".join(poisons) if len(poisons) < 3 else "all"
    is_clean = all(how in (LEFT_ALONE, READ, EMPTY) for poison in poisons.values() for how in poison.wanted.values())
    good_end = run.is_in_words and run.code in ((0, 3) if is_clean else (3,))
    if not tally.check(good_end, f"{kinds}: exit {run.code}: {run.said[-400:]}"):
        return run
    found = {path: (status, accepted, rejected, finding) for path, status, accepted, rejected, finding in folder.rows(
        "SELECT path, status, accepted, rejected, finding FROM input_files")}  # fmt: skip
    checks = dict(folder.rows("SELECT check_name, string_agg(detail_en) FROM check_results GROUP BY ALL"))
    looked = measured("check", data=root, is_bound_by_rights=True)
    readable = 0
    for kind, poison in poisons.items():
        for path, how in poison.wanted.items():
            whole = f"{kind}/{path}"
            readable += GOOD if how == READ else 0
            tally.check(_is_reported(how, whole, found, checks, looked.said), f"{whole}: {found.get(whole)}")
        _give_rights(folder.store.landing / kind)
    counted = sum(folder.counted().values())
    wanted = 2 * GOOD + readable
    tally.check(counted == wanted, f"{kinds}: {counted} of {wanted} good records counted")
    leaked = [
        str(file) for file in stored_files(root, but=("landing", "outside")) if SECRET.encode() in file.read_bytes()
    ]
    tally.check(not leaked, f"what a link leads to is in {leaked}")
    return run


def _is_reported(
    how: int,
    path: str,
    found: dict[str, tuple[str, int, int, str | None]],
    checks: dict[str, str],
    looked: str,
) -> bool:
    if how == LEFT_ALONE:
        return path not in found and f"landing/{path} is a link or a special file" in looked
    if how == UNREADABLE:
        return path in checks["unreadable_folders"]
    status, accepted, rejected, finding = found.get(path, ("", 0, 0, None))
    if how == REFUSED:
        return status == "damaged" and bool(finding) and not accepted
    if how == READ:
        return (status, accepted, rejected) == ("read", GOOD, 0)
    if how == EMPTY:
        return (status, accepted, rejected) == ("read", 0, 0)
    is_warned = "without one good record" in checks["nothing_accepted"]
    return status == "read" and not accepted and rejected > 0 and (is_warned or how == REJECTED)


def _give_rights(folder: Path) -> None:
    """Lets whoever clears up look into what nobody could."""
    for place, folders, _ in os.walk(folder):
        for name in folders:
            if not Path(place, name).is_symlink():
                Path(place, name).chmod(0o700)


def _files(**contents: tuple[bytes, int]) -> Poison:
    """Files by name (`__` stands for a dot), with their bytes and how they must be told."""
    named = {name.replace("__", "."): content for name, content in contents.items()}

    def lay(place: Path) -> None:
        for name, (content, _) in named.items():
            (place / name).write_bytes(content)

    return Poison(lay, {name: how for name, (_, how) in named.items()})


def _kinds(last: date, sparse_bytes: int) -> dict[str, Poison]:
    """All poisons; every good record has an id of its own kind and file."""
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
        "names": _names(last),
        "wrong suffix": _files(
            parquet__ndjson=(_parquet(log), REFUSED),
            gzip__csv=(gz(log), REFUSED),
            gzip__log=(gz(log), REFUSED),
            picture__log=(b"\x89PNG\r\n\x1a\n" + random.randbytes(5000), REFUSED),
            zstd__ndjson__gz=(zst(log), REFUSED),
            gzip__ndjson__zst=(gz(log), REFUSED),
            text__parquet=(log, REFUSED),
            text__log__gz=(log, REFUSED),
            parquet__json__gz=(gz(_parquet(log)), REFUSED),
            wide__ndjson=(log.decode().encode("utf-16"), REFUSED),
            csv__ndjson=(b"event_id,event_time\n1,2\n3,4\n", REJECTED),
            json__csv=(log, REJECTED),
        ),
        "folders": _folders(last),
        "rights": _rights(last),
        "empty": _files(
            nothing__ndjson=(b"", EMPTY),
            nothing__csv=(b"", EMPTY),
            line_ends__log=(b"\n" * 3_000_000, EMPTY),
            mark__json=(b"\xef\xbb\xbf", EMPTY),
            nothing__parquet=(b"", REFUSED),
            nothing__ndjson__gz=(b"", REFUSED),
        ),
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
        "letter case": _letter_case(last),
    }  # fmt: skip


def _parquet(log: bytes) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table({"event_id": log.decode().splitlines()}), sink)
    return sink.getvalue()


def _many_rows() -> bytes:
    """Few bytes, and rows without end: every column is one value."""
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
    """One raw block in a frame that asks its reader for a window of 2 GB."""
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


def _names(last: date) -> Poison:
    names = [
        b"a[1].ndjson", b"a1.ndjson", b"*.ndjson", b"?{a,b}.ndjson", b"it's.ndjson", b'say "yes".ndjson',
        b"new\nline.ndjson", b"\x1b[2J\x07.ndjson", b"no utf \xff\xfe.ndjson", b"like \\xff.ndjson",
        b"like \xff.ndjson", b"back\\slash.ndjson", b"'); DROP TABLE usage_daily; --.ndjson",
        b"$(touch x)`y`.ndjson", b"-rf.ndjson", b"%s%n{0}.ndjson", b" .ndjson",
        b"<img src=x onerror=alert(1)>.ndjson", "\u202erev\u2028 \U0001f4a5.ndjson".encode(),
        b"x" * 248 + b".ndjson", b"a.parquet.ndjson", b"=1+1.ndjson", b"file:x#y?z=%2F.ndjson",
    ]  # fmt: skip
    escaped = {
        b"no utf \xff\xfe.ndjson": "no utf \\xff\\xfe.ndjson",
        b"like \\xff.ndjson": "like \\x5cxff.ndjson",
        b"like \xff.ndjson": "like \\xff.ndjson",
    }

    def lay(place: Path) -> None:
        for number, name in enumerate(names):
            Path(os.fsdecode(os.fsencode(place) + b"/" + name)).write_bytes(
                lines(records(GOOD, last, f"name{number}-"))
            )

    return Poison(lay, {escaped.get(name) or name.decode(): READ for name in names})


def _folders(last: date) -> Poison:
    deep = "/".join(["d"] * 300)
    paths = ["x.ndjson/log.ndjson", "y.parquet/z.csv.gz/log.ndjson", f"{deep}/log.ndjson"]

    def lay(place: Path) -> None:
        for number, path in enumerate(paths):
            (place / path).parent.mkdir(parents=True)
            (place / path).write_bytes(lines(records(GOOD, last, f"folder{number}-")))
        (place / "empty.ndjson").mkdir()

    return Poison(lay, dict.fromkeys(paths, READ))


def _rights(last: date) -> Poison:
    def lay(place: Path) -> None:
        for name in ("closed.ndjson", "closed.ndjson.gz", "closed.parquet"):
            (place / name).write_bytes(lines(records(3, last, "closed")))
            (place / name).chmod(0)
        (place / "closed").mkdir()
        (place / "closed" / "log.ndjson").write_bytes(b"x")
        (place / "closed").chmod(0)
        (place / "open.ndjson").write_bytes(lines(records(GOOD, last, "open")))

    names = ("closed.ndjson", "closed.ndjson.gz", "closed.parquet")
    return Poison(lay, {**dict.fromkeys(names, REFUSED), "closed": UNREADABLE, "open.ndjson": READ})


def _sparse(path: Path, size: int) -> None:
    with path.open("wb") as out:
        out.truncate(size)


def _letter_case(last: date) -> Poison:
    names = ("A.NDJSON", "B.Log.GZ", "C.JSON.Zst", "D.CSV", "E.Parquet")

    def content(number: int, name: str) -> bytes:
        rows = records(GOOD, last, f"case{number}-")
        if name == "D.CSV":
            return "\n".join([",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]).encode()
        if name == "E.Parquet":
            sink = io.BytesIO()
            pq.write_table(pa.Table.from_pylist(rows), sink)
            return sink.getvalue()
        packed = {".gz": gzip.compress, "zst": zstandard.ZstdCompressor().compress}.get(name.lower()[-3:])
        return packed(lines(rows)) if packed else lines(rows)

    def lay(place: Path) -> None:
        for number, name in enumerate(names):
            (place / name).write_bytes(content(number, name))

    return Poison(lay, dict.fromkeys(names, READ))
