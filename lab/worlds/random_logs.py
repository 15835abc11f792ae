"""Makes a random landing folder, registry and sources, with all formats and compressions and many kinds of odd lines.

The same seed and scene make the same folder; `lab/oracle` computes the expected counts from it. Records come from
`random_events.py`, logs in other formats from `random_foreign.py`.
"""

from __future__ import annotations

import codecs
import gzip
import json
import math
import zlib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from lab.worlds.random_events import ODD, REGISTERED, Event, Scene, Token, random_events
from lab.worlds.random_foreign import write_foreign

FIELDS = tuple(ODD)
FOLDERS = ("", "2026/11", "日志/a b", "it's", "a[1]", "x#y", "50%")
PLAIN = (".ndjson", ".jsonl", ".json", ".log", ".csv", ".csv", ".parquet", ".parquet", ".parquet", ".parquet")
PACKED = (".ndjson.gz", ".jsonl.zst", ".log.gz", ".json.zst", ".csv.gz", ".csv.zst")
BAD_MEMBERS = (
    b'"x":007', b'"x":+1', b'"x":.5', b'"x":1.', b'"x":0x1', b'"x":True', b'"x":-', b'"x":-Infinit', b'"x":1e',
    b'"x":', b'"x" 1', b"x:1", b'"x":1 2', b'"x":"a\tb"', b'"x":"a\0b"', b'"x":"a\x1fb"', b'"x":"\\x41"',
    b'"x":"\\u12"', b'"x":"\\ud800"', b'"x":"\\ude00\\ud83d"', b'"x":["\\udc00"]', b'"\\ud800":1', b'"x":"\xff"',
    b'"x":"\xc0\xaf"', b'"x":"\xed\xa0\x80"', b'"x":"\xf4\x90\x80\x80"', b'"x":"\xc3\xfb"', b'"\xff":1',
    b'"x":[,]', b'"x":[1,,]', b'"x":{,}', b"",
)  # fmt: skip
NO_OBJECTS = (
    b"42", b"-1.5e3", b"null", b"true", b"NaN", b'"text"', b"hello world", b"[]", b"[{}]", b"{", b"\0", b"\xff",
    b"[" * 20_000, b'{"a":' * 20_000, b"{,}", b'"{}"', b"\x1c", b"\x1f", b"\xc2\x85", b"\xc2\xa0", b"\xe3\x80\x80",
    b"\xef\xbb\xbf",
)  # fmt: skip
AROUND = (
    (b"[", b"]"), (b"", b","), (b"", b" // note"), (b"/* note */", b""), (b"\xef\xbb\xbf", b""), (b"", b";"),
    (b"", b"\0"), (b"\xa0", b""), (b"\xc2\xa0", b""), (b"x", b""),
)  # fmt: skip
# How a CSV file may be encoded: its mark and its encoding; UTF-8 as often as all others.
ENCODINGS = (
    None, None, None, (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"), (b"", "gb18030"),
)  # fmt: skip
BLANK = (b"", b"   ", b"\t", b"\r", b"\v", b"\f", b" \t\r\v\f ")
# Members that an object may contain besides its fields.
MEMBERS = (
    '"x":1e400,"y":-0.0,"z":[NaN,-Infinity,Infinity]', f'"z":{"9" * 400}', f'"x":{"[" * 200}{"]" * 200},"":{{}}',
    f'"x":"{"长" * 100_000}","\\u0000":"\\u0000\\ud83d\\ude00"', '"x":[1,{"event_id":"inner",},]',
    '"x":",}","y":"\\",]"',
    '"Event_ID":"other","event_id ":1', '"x"\r:\r[\r]', '"x":"//","y":"/*","z":"\x7f\u2028\ufffe"',
    '"event_id\\u0000":1',
)  # fmt: skip
LEFT_ALONE = ("_SUCCESS.json", ".hidden.ndjson", "a.ndjson.tmp", "b.csv.part", "c.log.crc", "_temp/0/d.ndjson")
PLATFORMS = ("android", "ios", "ipad", "harmony", "h5", "")


def write_data(data: Path, seed: int, scene: Scene, count: int = 2500) -> None:
    """Write `registry/`, `sources/` and `landing/` below `data`, with about `count` events and their copies."""
    rng = Random(seed)
    _write_registry(rng, data / "registry")
    landing = data / "landing"
    events = random_events(rng, scene, count)
    endings = [*PLAIN, *PACKED]
    for number, ending in enumerate(endings):
        name = f"{rng.choice(FOLDERS)}/part{number}{ending}".lstrip("/")
        _write(rng, landing / name, _file(rng, ending, number, events[number :: len(endings)]))
    write_foreign(rng, data, events[: count // 5])
    _write_odd_files(rng, landing)


def _write(rng: Random, path: Path, plain: bytes) -> None:
    """Write a file, compressed if it ends in `.gz` or `.zst`.

    In half of the cases, a compressed file has two members or frames, as joined logs have.
    """
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
    """Write files that are ignored, empty, damaged or copied, and files whose names contain the characters of a
    glob.
    """
    good = next(landing.rglob("part0.ndjson"))
    lines = good.read_bytes()
    for name in LEFT_ALONE:
        _write(rng, landing / name, lines)
    (landing / "link.ndjson").symlink_to(good)
    for name, plain in {
        "empty.ndjson": b"",
        "blank.log": b"\n \r\n\t\n\v\f\n",
        # No line ends: one line of many objects.
        "returns.log": lines.replace(b"\r", b"").replace(b"\n", b"\r"),
        "head.csv": b"event_id,app_key\n",
        "few.csv": b"event_id,note\n1,x\n",
        # Nobody reads these.
        "notes.txt": lines,
        "q/week.xlsx": b"PK",
        "whole.7z": lines,
        "no suffix": b"",
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
        "whole.tar.gz": packed,
    }.items():
        (landing / name).write_bytes(damaged)


def _file(rng: Random, ending: str, number: int, events: list[Event]) -> bytes:
    if ending == ".parquet":
        return _parquet(rng, PLAIN.index(".parquet"), number, events)
    mark = b"\xef\xbb\xbf" if rng.random() < 0.4 else b""
    lines = _csv_lines(rng, events) if ".csv" in ending else _json_lines(rng, events)
    end = rng.choice((b"\n", b"\r\n"))
    plain = end.join(lines) + (end if rng.random() < 0.7 else b"")
    if ".csv" in ending and (encoding := rng.choice(ENCODINGS)):
        mark, plain = encoding[0], plain.decode(errors="ignore").encode(encoding[1])
    return mark + plain


def _json_lines(rng: Random, events: list[Event]) -> Iterator[bytes]:
    for event in events:
        line = _object(rng, event.fields)
        yield line
        kind = rng.random()
        if kind < 0.08:
            yield _bad_line(rng, line)
        elif kind < 0.12:
            yield rng.choice(BLANK)
        elif kind < 0.20:
            yield _odd_line(rng, event)


def _object(rng: Random, fields: dict[str, object]) -> bytes:
    """Return fields as one JSON object, with random order, blanks and escapes."""
    names = list(fields)
    rng.shuffle(names)
    in_ascii = rng.random() < 0.5
    colon, comma = rng.choice(((":", ","), (": ", ", "), (" :\t", " , ")))
    pairs = [json.dumps(name) + colon + _token(fields[name], in_ascii) for name in names]
    return ("{" + comma.join(pairs) + "}").encode()


def _token(value: object, in_ascii: bool = True) -> str:
    return str(value) if isinstance(value, Token) else json.dumps(value, ensure_ascii=in_ascii)


def _bad_line(rng: Random, line: bytes) -> bytes:
    """Return a line that is not one JSON object. Most are made from `line`, a good line."""
    kind, inside = rng.random(), line[1:-1]
    if kind < 0.4:
        return b"{" + rng.choice(BAD_MEMBERS) + b"," + inside + b"}"
    if kind < 0.6:
        return rng.choice(NO_OBJECTS)
    before, after = rng.choice(AROUND)
    return rng.choice(
        (
            before + line + after, line[: rng.randrange(1, len(line))], line[1:], line + line, line + b" " + line,
            line + b"\r" + line, b"{" + inside + b",,}", b"{," + inside + b"}", line.replace(b'"', b"'"),
        )
    )  # fmt: skip


def _odd_line(rng: Random, event: Event) -> bytes:
    """Return an event as a line that looks wrong but is one JSON object. A few such lines have no fields of the
    event.
    """
    inside = _object(rng, event.fields)[1:-1].decode()
    name = rng.choice(list(event.fields))
    again = f'"{name}":{_token(event.fields[name])}'
    escaped = f'"\\u{ord(name[0]):04x}{name[1:]}":"first"'
    before, after = rng.choice((("  ", " \t"), ("\r", "\r"), ("\v", ""), ("\f \t", ""), ("", "\v\f")))
    return rng.choice(
        (
            f'{{"{name}":null,{inside}}}',
            f'{{"{name}":"first",{inside},{again}}}',
            f'{{{inside},"{name}":null,"{name}":"last"}}',
            f"{{{escaped},{inside}}}",
            f"{{{again},{rng.choice(MEMBERS)},{inside}}}",
            f"{{{inside},{rng.choice(MEMBERS)}}}",
            f"{{{inside} , }}",
            f"{before}{{{inside}}}{after}",
            "{}",
            '{"note":"nothing else",}',
        )
    ).encode()


def _csv_lines(rng: Random, events: list[Event]) -> Iterator[bytes]:
    """Yield the lines of a CSV file whose columns are in random order.

    One optional column is missing, one is unknown, and one name occurs twice. A few extra rows are too short, too long,
    blank or not UTF-8, and the last row is cut in a quoted cell.
    """
    columns = [*rng.sample(FIELDS, len(FIELDS)), "note"]
    columns.remove(rng.choice(FIELDS[7:]))
    columns.append(rng.choice(columns))
    mark = rng.choice((",", ",", ";", "\t"))
    if rng.random() < 0.2:
        yield f"sep={mark}".encode()
    yield mark.join(columns).encode()
    for event in events:
        cells = [*(_cell(rng, _text(event.fields.get(name)), mark) for name in columns[:-1]), "again"]
        yield mark.join(cells).encode()
        kind = rng.random()
        if kind < 0.03:
            yield rng.choice(
                (mark.join(cells[:-1]), mark.join([*cells, "more"]), mark.join([*cells, ""]), "one")
            ).encode()
        elif kind < 0.04:
            yield mark.join([*cells[:-1], "a\udcffb"]).encode(errors="surrogateescape")
        elif kind < 0.08:
            yield rng.choice((*BLANK, mark.encode() * (len(columns) - 1), mark.join(['""'] * len(columns)).encode()))
    yield b'"cut in a quoted cell, here'


def _text(value: object) -> str | None:
    """Return a value as a column of texts holds it: a string or None unchanged, any other value as JSON."""
    return value if value is None or isinstance(value, str) else _token(value)


def _cell(rng: Random, text: str | None, separator: str) -> str:
    """Return a text as a CSV cell, with quotes if needed. None, and a text with a NUL character, give an empty cell."""
    if text is None or "\0" in text:
        return rng.choice(("", "", '""'))
    if rng.random() < 0.1 or any(mark in text for mark in f'{separator}"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def _parquet(rng: Random, first: int, number: int, events: list[Event]) -> bytes:
    """Return a Parquet file with some events. `number - first` is its place among the Parquet files.

    The types of its columns depend on this place: times are text, Unix times, or timestamps with or without a zone.
    """
    columns: dict[str, pa.Array] = {}
    for name in rng.sample(FIELDS, len(FIELDS)):
        values = [_text(event.fields.get(name)) for event in events]
        columns[name] = pa.array([value[:1000] if value else value for value in values], pa.string())
    if rng.random() < 0.7:
        latencies = [event.fields.get("latency_ms") for event in events]
        whole = [ms if type(ms) is int else None for ms in latencies]
        columns["latency_ms"] = rng.choice(
            (
                pa.array(whole, pa.int64()),
                pa.array(whole, pa.decimal128(20, 2)),
                pa.array([rng.choice((ms, ms, ms, 80.5, -1.0, math.nan)) for ms in whole], pa.float64()),
            )
        )
    moments = [event.ms for event in events]
    kind = number - first
    if kind == 1:
        columns["event_time"] = rng.choice(
            (
                pa.array(moments, rng.choice((pa.int64(), pa.float64(), pa.decimal128(20, 0)))),
                pa.array([None if ms is None else ms // 1000 for ms in moments], pa.int64()),
                pa.array([None if ms is None else ms / 1000 for ms in moments], pa.float64()),
                pa.array([None if ms is None else Decimal(ms) / 1000 for ms in moments], pa.decimal128(20, 4)),
            )
        )
        ids = [zlib.crc32(repr(event.fields.get("event_id")).encode()) for event in events]
        columns["event_id"] = pa.array(ids, pa.int64())
        codes = [_text(event.fields.get("result_code")) or "" for event in events]
        numbers = [int(code) if code.lstrip("-").isdecimal() else None for code in codes]
        columns["result_code"] = pa.array(numbers, rng.choice((pa.int32(), pa.float64(), pa.decimal128(20, 2))))
    elif kind == 2:
        micros = [None if ms is None else ms * 1000 + rng.randrange(1000) for ms in moments]
        columns["event_time"] = pa.array(micros, pa.timestamp("us", tz=rng.choice(("UTC", "America/New_York"))))
        columns["device_id"] = pa.array([rng.randrange(9) for _ in events], pa.int64())
        columns["sdk_version"] = pa.array([rng.choice((2.1, 2.0, 10.25, None)) for _ in events])
        columns["scheme_id"] = pa.array([rng.choice((7, None)) for _ in events], pa.uint8())
        columns["outcome"] = columns["outcome"].dictionary_encode()
    elif kind == 3:
        columns["event_time"] = pa.array(moments, pa.timestamp("ms")).cast(
            rng.choice(("timestamp[ms]", "timestamp[ns]"))
        )
        columns["tags"] = pa.array([["a", "b"]] * len(events))
        columns["sdk_version"] = pa.array([rng.choice((True, False, None)) for _ in events])
        columns.pop(rng.choice(FIELDS[7:]))
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink, compression=rng.choice(("zstd", "snappy", "none")), row_group_size=50)
    return bytes(sink.getvalue())
