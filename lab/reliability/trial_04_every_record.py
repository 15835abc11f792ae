"""Promise 4: a million randomly mutated lines, in many files of all formats, are all accounted for.

Some lines are not mutated, and must all count. The number of records of a file is counted without the product, and the
oracle decides for each line whether it is good. A second folder has lines of 40 MiB and more; the run on it must stay
below a memory limit.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from lab.oracle.records import limits, read_landing
from lab.reliability.harness import Result, Tally, some
from lab.reliability.operation import Measured, measured
from pipelines.contract.record.fields import KEPT_REJECTS
from tests.support import ZONE, DataFolder, Row, closed_day, days_before, lines, record, records

MUTATED = 1_000_000
LONG_LINES = 20
# One file of this many lines at most; sizes are spread evenly over the orders of magnitude.
MOST_LINES = 60_000
# The process may use this much memory; DuckDB's limit, a part of it, is 1 GB here.
MEMORY_BYTES = 2_500_000_000
SETTINGS = 'memory_limit = "1GB"\nthreads = 2\n'
FIELDS = (
    "event_id", "event_time", "app_key", "channel", "stage", "outcome", "result_code", "platform", "device_id", "phone",
    "latency_ms", "sdk_version",
)  # fmt: skip
VALUES = (
    "1", "-0", "1e400", "1E-400", "9" * 400, "-1", "0.5", "true", "false", "null", "[]", "{}", '""', '"\\u0000"',
    '"\\ud800"', '"\\ud83d\\ude00"', "NaN", "Infinity", '"' + "x" * 129 + '"', "18446744073709551616", "1773194400000",
    '"1773194400000"', "1773194400", "1773194400.25", '"1773194400000.9"', "80.0", '"80"', "1e2", "-Infinity",
    "[1,2]", '[1, 2.5,]', '{"a":1}', '{"a" : [null]}', '"é"', "'x'",
)  # fmt: skip


def trial(scale: float, work: Path) -> list[Result]:
    """Try the mutated lines and the long lines, each in a folder of its own."""
    return [*_mutated(scale, work / "mutated"), *_long(scale, work / "long")]


def _mutated(scale: float, root: Path) -> list[Result]:
    books = Tally(4, "lines mutated at random: each accepted or rejected, as the oracle says")
    good = Tally(4, "lines left as they were, between the mutated ones: each counted")
    folder, rng, last = DataFolder(root), Random(4), closed_day()
    folder.write("authmeter.toml", SETTINGS)
    maker = _Maker(rng, last)
    wanted = {}
    left = some(MUTATED, scale)
    number = 0
    while left > 0:
        # One row of a CSV or Parquet file in twelve; the rest is NDJSON.
        size = min(left, int(10 ** rng.uniform(0, len(str(MOST_LINES)) - 0.2)))
        ending = rng.choice(
            [".ndjson", ".log", ".ndjson.gz", ".json.zst", ".jsonl", ".ndjson", ".log.zst", ".ndjson.gz"] * 3
            + [".csv", ".parquet"]
        )
        path = f"{number % 7}/part{number}{ending}"
        content, rows = maker.file(ending, size)
        folder.land(path, content)
        wanted[path] = rows
        left -= size
        number += 1
    run = measured("run", root)
    if run.code not in (0, 3) or not run.is_in_words:
        books.failed(f"the run ended with {run.code}: {run.said[-300:]}")
        return [books.result(), good.result()]
    counted = dict(folder.rows("SELECT path, records_read FROM input_files WHERE status = 'read'"))
    for path, rows in wanted.items():
        books.tried(rows)
        if counted.get(path) != rows:
            books.failed(f"{path}: {counted.get(path)} records read, {rows} are there")
    for path, difference in _differences(folder, last, maker.either):
        books.failed(f"{path}: {difference}")
    good.tried(maker.good)
    found = dict(folder.rows("SELECT app_key, sum(records)::BIGINT FROM outcome_daily GROUP BY ALL")).get("good", 0)
    for _ in range(abs(maker.good - found)):
        good.failed(f"{found:,} of {maker.good:,} good lines counted")
    note = f"{len(wanted):,} files; {run.peak / 1e9:.1f} GB at most in memory"
    return [books.result(note), good.result()]


def _differences(folder: DataFolder, last: date, either: set[tuple[str, int]]) -> list[tuple[str, str]]:
    """Return a path and a text for each difference between the product's rejected records and the oracle's.

    Files whose books do not balance are differences, too. The lines in `either` (path and line) are not compared.
    """
    zone = ZoneInfo(ZONE)
    clock = int(datetime.now(UTC).timestamp() * 1000)
    bounds = limits(last, clock, zone)
    expected = read_landing(folder.store.landing, bounds)
    oracle: dict[tuple[str, str], set[int]] = defaultdict(set)
    for reject in expected.rejects:
        oracle[reject.path, reject.reason].add(reject.line)
    product: dict[tuple[str, str], set[int]] = defaultdict(set)
    for path, line, reason in folder.rows("SELECT path, line, reason FROM rejected_records"):
        product[path, reason].add(line)
    found = []
    for path, reason in sorted(oracle.keys() | product.keys()):
        counted, listed = oracle[path, reason], product[path, reason]
        # The table has only the first records of each file and reason.
        unlike = counted ^ listed if len(counted) <= KEPT_REJECTS else listed - counted
        found += [(path, f"line {line}: {reason}") for line in sorted(unlike) if (path, line) not in either]
    unbalanced = folder.rows("SELECT path FROM input_files WHERE records_read <> accepted + rejected")
    return found + [(path, "its books do not balance") for (path,) in unbalanced]


class _Maker:
    """Makes files of good and mutated records.

    Attributes:
        good: number of good records so far.
        either: the lines, as path and line, that a reader may accept or reject because they are nested too deep.
    """

    def __init__(self, rng: Random, last: date) -> None:
        self._rng, self._last = rng, last
        self._made = self._files = self.good = 0
        self.either: set[tuple[str, int]] = set()

    def file(self, ending: str, mutated: int) -> tuple[bytes, int]:
        """Return a file in the format of `ending` with `mutated` mutated records and some good ones, and the number of
        its records.
        """
        self._files += 1
        kinds = [True] * mutated + [False] * self._rng.randint(0, 1 + mutated // 2)
        self._rng.shuffle(kinds)
        if ending == ".csv":
            return self._csv(kinds)
        if ending == ".parquet":
            return self._parquet(kinds)
        return self._json(kinds, ending)

    def _row(self, *, is_good: bool) -> Row:
        self._made += 1
        self.good += is_good
        row = record(
            f"{'g' if is_good else 'm'}{self._made}",
            days_before(self._last, self._rng.randrange(5)),
            app_key="good" if is_good else self._rng.choice(("shop", "game")),
            device_id=f"d{self._made % 999}",
            phone=f"138{self._made:08d}",
            latency_ms=self._rng.randrange(600_000),
            platform=self._rng.choice(("android", "ios")),
            sdk_version="2.1",
        )
        return row

    def _json(self, kinds: list[bool], ending: str) -> tuple[bytes, int]:
        out, at = [], 1
        path = f"{(self._files - 1) % 7}/part{self._files - 1}{ending}"
        for is_mutated in kinds:
            separators = self._rng.choice(((",", ":"), (", ", ": ")))
            line = json.dumps(self._row(is_good=not is_mutated), separators=separators).encode()
            if is_mutated:
                line = self._rng.choice(_MUTATIONS)(self._rng, line)
                if b"[[[[" in line or b'{"a":{"a":' in line:
                    self.either.add((path, at))
            out.append(line)
            at += line.count(b"\n") + 1
        content = b"\n".join(out) + self._rng.choice((b"\n", b""))
        if self._rng.random() < 0.2:
            content = b"\xef\xbb\xbf" + content
        count = sum(1 for line in io.BytesIO(content.removeprefix(b"\xef\xbb\xbf")) if line.strip())
        if ending.endswith(".gz"):
            return gzip.compress(content, 1), count
        if ending.endswith(".zst"):
            return zstandard.ZstdCompressor(write_checksum=True).compress(content), count
        return content, count

    def _csv(self, kinds: list[bool]) -> tuple[bytes, int]:
        """Return a CSV file and its number of rows. `kinds` has, for each row, whether it is mutated.

        A mutation adds no quotes and line ends, so that rows can be counted independently.
        """
        # A name beyond ASCII shows that the text is UTF-8.
        out = ["备注,".encode() + ",".join(FIELDS).encode()]
        for is_mutated in kinds:
            row = self._row(is_good=not is_mutated)
            cells = ["", *(str(row.get(name, "")) for name in FIELDS)]
            if not is_mutated:
                text = io.StringIO()
                csv.writer(text, quoting=self._rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))).writerow(cells)
                out.append(text.getvalue().removesuffix("\r\n").encode())
                continue
            raw = bytearray(",".join(cells).encode())
            for _ in range(self._rng.randint(1, 4)):
                raw[self._rng.randrange(len(raw))] = self._rng.choice(_CSV_BYTES)
            if self._rng.random() < 0.2:
                raw = raw[: self._rng.randrange(1, len(raw))]
            out.append(bytes(raw))
        content = self._rng.choice((b"\n", b"\r\n")).join(out) + b"\n"
        return content, sum(1 for line in io.BytesIO(content) if line.strip()) - 1

    def _parquet(self, kinds: list[bool]) -> tuple[bytes, int]:
        rows = []
        for is_mutated in kinds:
            row = self._row(is_good=not is_mutated)
            if is_mutated:
                row[self._rng.choice(FIELDS)] = self._rng.choice(_CELLS)
            rows.append({name: None if row.get(name) is None else str(row[name]) for name in FIELDS})
        columns = {name: pa.array([row[name] for row in rows], pa.string()) for name in FIELDS}
        if self._rng.random() < 0.5:
            columns["latency_ms"] = pa.array([_number(row["latency_ms"]) for row in rows], pa.int64())
        sink, codec = io.BytesIO(), self._rng.choice(("zstd", "snappy", "none"))
        pq.write_table(pa.table(columns), sink, compression=codec, row_group_size=self._rng.choice((100, 5_000)))
        return sink.getvalue(), len(rows)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


_CELLS = (
    None, "", "x" * 200, "\0", "é", "-1", "9" * 30, "80.0", "80.5", "1773194400", "1773194400.5", "true", "[]", "NaN",
)  # fmt: skip
_CSV_BYTES = [byte for byte in range(256) if byte not in b'"\r\n']


def _cut(rng: Random, line: bytes) -> bytes:
    return line[: rng.randrange(len(line))]


def _flipped(rng: Random, line: bytes) -> bytes:
    raw = bytearray(line)
    for _ in range(rng.randint(1, 3)):
        raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    return bytes(raw)


def _random_bytes(rng: Random, line: bytes) -> bytes:
    at = rng.randrange(len(line))
    return line[:at] + rng.randbytes(rng.randint(1, 8)) + line[at + rng.randint(0, 8) :]


def _other_value(rng: Random, line: bytes) -> bytes:
    row = json.loads(line)
    members = [
        f"{json.dumps(name)}: {rng.choice(VALUES) if name in rng.sample(FIELDS, 2) else json.dumps(value)}"
        for name, value in row.items()
    ]
    return ("{" + ", ".join(members) + "}").encode()


def _nested(rng: Random, line: bytes) -> bytes:
    depth = int(10 ** rng.uniform(0.7, 4.5))
    inner = rng.choice((b"[" * depth + b"]" * depth, b'{"a":' * depth + b"1" + b"}" * depth, b"[" * depth))
    return line[:-1] + b', "extra": ' + inner + b"}"


def _inserted(*pieces: bytes) -> Callable[[Random, bytes], bytes]:
    def insert(rng: Random, line: bytes) -> bytes:
        at = rng.randrange(len(line) + 1)
        return line[:at] + rng.choice(pieces) + line[at:]

    return insert


def _twice(rng: Random, line: bytes) -> bytes:
    """Return a record with a repeated field, before or after all others."""
    name = rng.choice(FIELDS).encode()
    member = b'"' + name + b'": ' + rng.choice((b'"again"', b"1", b"null", b'"2026-01-01"'))
    return line[:-1] + b", " + member + b"}" if rng.random() < 0.5 else b"{" + member + b"," + line[1:]


def _let_pass(rng: Random, line: bytes) -> bytes:
    """Return a line that is not strict JSON: one that the product accepts nevertheless, or a similar one that it
    rejects.
    """
    return line[:-1] + rng.choice(
        (b",}", b" ,\t}", b',"extra":[1,]}', b',"extra":{"a":NaN,}}', b',"extra":-Infinity}', b',"extra":1e999}',
         b",,}", b',"extra":[,]}', b',"extra":NaNs}', b',"extra":01}')
    )  # fmt: skip


def _around(rng: Random, line: bytes) -> bytes:
    before, behind = rng.choice(
        (
            (b"", b"\r"), (b"\xef\xbb\xbf", b""), (b"[", b"]"), (b"", b","), (b"", b" // no"), (b" \t", b" \t\r"),
            (b"\v", b""), (b"\f ", b"\f"), (b"\xc2\xa0", b""),
            (b"\0", b""), (b"", b"\0"), (b"", line), (b"x", b""),
        )
    )  # fmt: skip
    return before + line + behind


def _replaced(rng: Random, line: bytes) -> bytes:
    return rng.choice(
        (b"", b" ", b"\r", b"\v", b" \f", b"\x1f", b"\xc2\xa0", b"{}", b"{,}", b"null", b"[]", b"0", b"\0", b"{", b'"',
         b"\xff", b"NaN", b"{]}")
    )  # fmt: skip


_MUTATIONS = (
    _cut, _flipped, _flipped, _random_bytes, _other_value, _nested, _inserted(b"\0", b"\\u0000", b"\t", b"\x1b"),
    _inserted(b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe4\xb8"), _twice, _let_pass, _around,
    _replaced,
)  # fmt: skip


def _long(scale: float, root: Path) -> list[Result]:
    """Try lines of 40 MiB and more between good ones, such as a large field, a cut line, or one repeated byte."""
    tally = Tally(4, "lines of 40 MiB to 150 MiB: each accounted for, and all lines beside them counted")
    folder, rng, last = DataFolder(root), Random(44), closed_day()
    folder.write("authmeter.toml", SETTINGS)
    size = 40 << 20
    kinds: list[tuple[str, Callable[[], bytes], bool | None]] = [
        ("long text", lambda: _padded("t", last, b'"' + b"x" * size + b'"'), True),
        ("two bytes a character", lambda: _padded("u", last, b'"' + "é".encode() * (size // 2) + b'"'), True),
        ("cut", lambda: _padded("c", last, b'"' + b"x" * size + b'"')[:-9], False),
        ("numbers", lambda: _padded("n", last, b"[" + b"1," * (size // 2) + b"1]"), False),
        ("lists", lambda: _padded("l", last, b"[" + b"[]," * (size // 3) + b"1]"), False),
        ("open brackets", lambda: b"[" * size, False),
        ("NUL", lambda: b"\0" * size, False),
        ("no UTF-8", lambda: b"\xff" * size, False),
        ("spaces", lambda: b" " * size, None),
        ("longer than a line may be", lambda: _padded("x", last, b'"' + b"x" * (150 << 20) + b'"'), False),
        ("longer by a little", lambda: _padded("y", last, b'"' + b"x" * (66 << 20) + b'"'), False),
        ("a wrong field and a long text", lambda: _padded("w", last, b'"' + b"x" * size + b'"', outcome="?"), False),
    ]
    taken = kinds * (1 + some(LONG_LINES, scale) // len(kinds)) if scale >= 1 else rng.sample(kinds, 4)
    wanted = {}
    good = 0
    for number, (what, make, is_good) in enumerate(taken):
        around = records(50, last, f"r{number}-")
        path = f"{number} {what}.ndjson"
        folder.land(path, lines(around[:25]) + make() + b"\n" + lines(around[25:]))
        accepted = 50 + (is_good is True)
        good += accepted
        wanted[path] = (accepted, int(is_good is False))
    run = measured("run", root)
    books = {}
    if run.code in (0, 3) and run.is_in_words:
        books = {path: counts for path, *counts in folder.rows("SELECT path, accepted, rejected FROM input_files")}
    for path, (accepted, rejected) in wanted.items():
        tally.check(books.get(path) == [accepted, rejected], f"{path}: {books.get(path)}, run: {run.said[-200:]}")
    return [tally.result(_fits(run, tally))]


def _padded(event_id: str, day: date, value: bytes, **changes: object) -> bytes:
    row = json.dumps(record(event_id, day, **changes)).encode()
    return row[:-1] + b', "extra": ' + value + b"}"


def _fits(run: Measured, tally: Tally) -> str:
    if run.peak > MEMORY_BYTES:
        tally.failed(f"the process took {run.peak / 1e9:.1f} GB")
    return f"{run.peak / 1e9:.1f} GB at most in memory, with 1 GB for DuckDB"
