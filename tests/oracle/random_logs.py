"""A random landing folder and registry: every format and compression, and every way in which a line is bad.

What lives here: how events stand in files, and what stands between them. Values are in `random_events.py`.
The same seed and scene give the same folder; what it must count to is found by reading it back.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from tests.oracle.random_events import BROKEN, REGISTERED, Event, Scene, Token, random_events

FIELDS = tuple(BROKEN)
FOLDERS = ("", "2026/11", "日志/a b", "it's", "a[1]", "x#y", "50%")
PLAIN = (".ndjson", ".jsonl", ".json", ".log", ".csv", ".csv", ".parquet", ".parquet", ".parquet", ".parquet")
PACKED = (".ndjson.gz", ".jsonl.zst", ".log.gz", ".json.zst", ".csv.gz", ".csv.zst")
BAD_MEMBERS = (
    b'"x":NaN', b'"x":-Infinity', b'"x":007', b'"x":+1', b'"x":.5', b'"x":1.', b'"x":0x1', b'"x":True',
    b'"x":', b'"x" 1', b"x:1", b'"x":1 2', b'"x":"a\tb"', b'"x":"a\0b"', b'"x":"\\x41"', b'"x":"\\u12"',
    b'"x":"\\ud800"', b'"x":"\\ude00\\ud83d"', b'"x":"\xff"', b'"x":"\xc0\xaf"', b'"x":"\xed\xa0\x80"',
    b'"x":"\xc3\xfb"',
)  # fmt: skip
NO_OBJECTS = (
    b"42", b"-1.5e3", b"null", b"true", b'"text"', b"hello world", b"[]", b"[{}]", b"{", b"\0", b"[" * 20_000,
    b'{"a":' * 20_000,
)  # fmt: skip
AROUND = (
    (b"[", b"]"), (b"", b","), (b"", b" // note"), (b"/* note */", b""), (b"\xef\xbb\xbf", b""), (b"", b";"),
    (b"", b"\0"), (b"\xa0", b""), (b"\xc2\xa0", b""), (b"\x0b", b""), (b"x", b""),
)  # fmt: skip
LEFT_ALONE = (
    "_SUCCESS.json",
    ".hidden.ndjson",
    "a.ndjson.tmp",
    "b.csv.part",
    "c.log.crc",
    "_temp/0/d.ndjson",
)
PLATFORMS = ("android", "ios", "ipad", "harmony", "h5", "")


def write_data(data: Path, seed: int, scene: Scene, count: int = 2500) -> None:
    """Writes `registry/` and `landing/` below `data`, with about `count` events and their copies."""
    rng = Random(seed)
    _write_registry(rng, data / "registry")
    landing = data / "landing"
    events = random_events(rng, scene, count)
    endings = [*PLAIN, *PACKED]
    for number, ending in enumerate(endings):
        name = f"{rng.choice(FOLDERS)}/part{number}{ending}".lstrip("/")
        _write(rng, landing / name, _file(rng, ending, number, events[number :: len(endings)]))
    _write_odd_files(rng, landing)


def _write(rng: Random, path: Path, plain: bytes) -> None:
    """Compresses by the last suffix, at times in two members or frames, as rotated and joined logs are."""
    cut = rng.randrange(len(plain) + 1) if rng.random() < 0.5 else 0
    pieces = (plain[:cut], plain[cut:]) if cut else (plain,)
    if path.suffix == ".gz":
        plain = b"".join(gzip.compress(piece, mtime=0) for piece in pieces)
    elif path.suffix == ".zst":
        plain = b"".join(zstandard.ZstdCompressor().compress(piece) for piece in pieces)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(plain)


def _write_registry(rng: Random, registry: Path) -> None:
    registry.mkdir(parents=True)
    head = "app_key,app_name,platform,account_id,created_at,status\n"
    rows = []
    for key in (*REGISTERED, "idle"):
        platform, status = rng.choice(PLATFORMS), rng.choice(("enabled", "disabled", ""))
        rows.append(f'{key},"名, ""{key}""",{platform},account,2026-01-02,{status}\n')
    (registry / "apps.csv").write_text(head + "".join(rows), encoding="utf-8")
    head = "scheme_id,scheme_group,app_key,scheme_name,package_name,methods,created_at\n"
    row = "s1,g,shop,方案,com.shop,number;wechat,2026-01-02\n"
    (registry / "schemes.csv").write_text(head + row, encoding="utf-8")


def _write_odd_files(rng: Random, landing: Path) -> None:
    """Files to leave alone, empty, damaged and copied ones, and names that a glob would confuse."""
    good = next(landing.rglob("part0.ndjson"))
    lines = good.read_bytes()
    for name in LEFT_ALONE:
        _write(rng, landing / name, lines)
    (landing / "link.ndjson").symlink_to(good)
    for name, plain in {
        "empty.ndjson": b"",
        "blank.log": b"\n \r\n\t\n",
        "head.csv": b"event_id,app_key\n",
        "few.csv": b"event_id,note\n1,x\n",
    }.items():
        _write(rng, landing / name, plain)
    _write(rng, landing / "copy" / "again.jsonl", lines)
    _write(rng, landing / "q" / "b[1].ndjson", lines[: len(lines) // 2])
    _write(rng, landing / "q" / "b1.ndjson", lines[len(lines) // 2 :])
    typed = pa.table({"event_id": ["t1", "t2"], "event_time": ["2026-11-10 10:00:00"] * 2, "app_key": [1, None]})
    pq.write_table(typed, landing / "typed.parquet")
    packed = gzip.compress(lines, mtime=0)
    _write(rng, landing / "cut.parquet", next(landing.rglob("part6.parquet")).read_bytes()[:-9])
    for name, damaged in {
        "cut.ndjson.gz": packed[:-200],
        "sum.ndjson.gz": packed[:-8] + bytes(4) + packed[-4:],
        "cut.csv.zst": zstandard.ZstdCompressor().compress(lines)[:-20],
        "plain.json.zst": lines,
    }.items():
        (landing / name).write_bytes(damaged)


def _file(rng: Random, ending: str, number: int, events: list[Event]) -> bytes:
    if ending == ".parquet":
        return _parquet(rng, PLAIN.index(".parquet"), number, events)
    mark = b"\xef\xbb\xbf" if rng.random() < 0.4 else b""
    lines = _csv_lines(rng, events) if ".csv" in ending else _json_lines(rng, events)
    end = rng.choice((b"\n", b"\r\n"))
    return mark + end.join(lines) + (end if rng.random() < 0.7 else b"")


def _json_lines(rng: Random, events: list[Event]) -> Iterator[bytes]:
    for event in events:
        line = _object(rng, event.fields)
        yield line
        if rng.random() < 0.08:
            yield _bad_line(rng, line)
        elif rng.random() < 0.04:
            yield rng.choice((b"", b"   ", b"\t"))
        elif rng.random() < 0.04:
            yield _odd_line(rng, event)


def _object(rng: Random, fields: dict[str, object]) -> bytes:
    """One object in one of the ways in which JSON may be written."""
    names = list(fields)
    rng.shuffle(names)
    in_ascii = rng.random() < 0.5
    colon, comma = rng.choice(((":", ","), (": ", ", "), (" :\t", " , ")))
    pairs = [json.dumps(name) + colon + _token(fields[name], in_ascii) for name in names]
    return ("{" + comma.join(pairs) + "}").encode()


def _token(value: object, in_ascii: bool = True) -> str:
    return str(value) if isinstance(value, Token) else json.dumps(value, ensure_ascii=in_ascii)


def _bad_line(rng: Random, line: bytes) -> bytes:
    """A line that is not one JSON object, made from one that is."""
    kind, inside = rng.random(), line[1:-1]
    if kind < 0.4:
        return b"{" + rng.choice(BAD_MEMBERS) + b"," + inside + b"}"
    if kind < 0.6:
        return rng.choice(NO_OBJECTS)
    before, after = rng.choice(AROUND)
    return rng.choice(
        (
            before + line + after,
            line[: rng.randrange(1, len(line))],
            line[1:],
            line + line,
            line + b" " + line,
            b"{" + inside + b",}",
            b"{," + inside + b"}",
            line.replace(b'"', b"'"),
        )
    )


def _odd_line(rng: Random, event: Event) -> bytes:
    """A line that looks wrong, but is one JSON object; all but the last two are good records."""
    fields = {name: value for name, value in event.fields.items() if name != "event_id"}
    inside = _object(rng, fields)[1:-1].decode()
    event_id = f'"event_id":{_token(event.fields.get("event_id"))}'
    return rng.choice(
        (
            f'{{"event_id":"first",{inside},{event_id}}}',
            f'{{"Event_ID":"other","event_id ":1,{event_id.replace("e", chr(92) + "u0065", 1)},{inside}}}',
            f'  {{{event_id},"x":1e400,"y":-0.0,"z":{"9" * 400},{inside}}} \t',
            f'{{{event_id},"x":{"[" * 200}{"]" * 200},"channel":"sms","":{{}},{inside}}}',
            f'{{{event_id},"x":"{"长" * 100_000}","\\u0000":"\\u0000\\ud83d\\ude00",{inside}}}',
            "{}",
            '{"note":"nothing else"}',
        )
    ).encode()


def _csv_lines(rng: Random, events: list[Event]) -> Iterator[bytes]:
    """Rows of a random order of columns; an optional one is left out, one is unknown."""
    columns = [*rng.sample(FIELDS, len(FIELDS)), "note"]
    columns.remove(rng.choice(FIELDS[7:]))
    yield ",".join(columns).encode()
    for event in events:
        cells = [_cell(rng, _text(event.fields.get(name))) for name in columns]
        yield ",".join(cells).encode()
        kind = rng.random()
        if kind < 0.03:
            yield rng.choice((",".join(cells[:-1]), ",".join([*cells, "more"]), ",".join([*cells, ""]), "one")).encode()
        elif kind < 0.04:
            yield ",".join([*cells[:-1], "a\udcffb"]).encode(errors="surrogateescape")
        elif kind < 0.07:
            yield rng.choice((b"", b"  ", b"," * (len(columns) - 1)))
    yield b'"cut in a quoted cell, here'


def _text(value: object) -> str | None:
    """A value as the text of a file without types; a NUL has no place there."""
    if value is None or (isinstance(value, str) and "\0" in value):
        return None
    return value if isinstance(value, str) else _token(value)


def _cell(rng: Random, text: str | None) -> str:
    if text is not None and (rng.random() < 0.1 or any(mark in text for mark in ',"\r\n')):
        return '"' + text.replace('"', '""') + '"'
    return text or ""


def _parquet(rng: Random, first: int, number: int, events: list[Event]) -> bytes:
    """Typed columns differ by file: times as text, as Unix ms, or as timestamps with and without a zone."""
    columns: dict[str, pa.Array] = {}
    for name in rng.sample(FIELDS, len(FIELDS)):
        values = [_text(event.fields.get(name)) for event in events]
        columns[name] = pa.array([value[:1000] if value else value for value in values], pa.string())
    latencies = [event.fields.get("latency_ms") for event in events]
    whole = [ms if type(ms) is int else None for ms in latencies]
    columns["latency_ms"] = pa.array(whole, rng.choice((pa.int64(), pa.float64())))
    moments = [event.ms for event in events]
    kind = number - first
    if kind == 1:
        columns["event_time"] = pa.array(moments, rng.choice((pa.int64(), pa.float64())))
        ids = [zlib.crc32(repr(event.fields.get("event_id")).encode()) for event in events]
        columns["event_id"] = pa.array(ids, pa.int64())
        codes = [_text(event.fields.get("result_code")) or "" for event in events]
        numbers = [int(code) if code.lstrip("-").isdecimal() else None for code in codes]
        columns["result_code"] = pa.array(numbers, rng.choice((pa.int32(), pa.float64(), pa.decimal128(20, 2))))
    elif kind == 2:
        micros = [None if ms is None else ms * 1000 + rng.randrange(1000) for ms in moments]
        columns["event_time"] = pa.array(micros, pa.timestamp("us", tz=rng.choice(("UTC", "America/New_York"))))
        columns["device_id"] = pa.array([rng.randrange(9) for _ in events], pa.int64())
        columns["sdk_version"] = pa.array([rng.choice((2.1, None)) for _ in events])
        columns["outcome"] = columns["outcome"].dictionary_encode()
    elif kind == 3:
        columns["event_time"] = pa.array(moments, pa.timestamp("ms")).cast(
            rng.choice(("timestamp[ms]", "timestamp[ns]"))
        )
        columns["tags"] = pa.array([["a", "b"]] * len(events))
        columns.pop(rng.choice(FIELDS[7:]))
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink, compression=rng.choice(("zstd", "snappy", "none")), row_group_size=50)
    return bytes(sink.getvalue())
