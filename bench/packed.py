"""Measures what added records cost in packed files, archives and JSON arrays, against the same data as `.gz` or as
NDJSON. `peers/unpacking.py` unpacks a file with the same library and does nothing else.
"""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import cramjam

from bench.contestants import authmeter, peer, published_records, same
from bench.inputs import Cache, Logs, kept_beside, warm
from bench.measure import Run
from bench.tables import Row, Target, ratio, user_middle

PACKED_LIMIT, ARRAY_LIMIT = 1.3, 2.0
_GZ, _NDJSON = "day.ndjson.gz", "day.ndjson"
# The members of an archive.
_MEMBERS = 4


def _members(content: bytes) -> dict[str, bytes]:
    lines = content.splitlines(keepends=True)
    size = -(-len(lines) // _MEMBERS)
    return {f"{place}.ndjson": b"".join(lines[place * size : (place + 1) * size]) for place in range(_MEMBERS)}


def _zipped(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in _members(content).items():
            archive.writestr(name, member)
    return out.getvalue()


def _tarred(content: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, member in _members(content).items():
            info = tarfile.TarInfo(name)
            info.size = len(member)
            archive.addfile(info, io.BytesIO(member))
    return gzip.compress(out.getvalue(), 6)


FORMS: dict[str, Callable[[bytes], bytes]] = {
    _NDJSON: bytes,
    _GZ: lambda content: gzip.compress(content, 6),
    "day.ndjson.snappy": lambda content: bytes(cramjam.snappy.compress(content)),
    "day.ndjson.lz4": lambda content: bytes(cramjam.lz4.compress(content)),
    "day.ndjson.xz": lambda content: lzma.compress(content, preset=1),
    "day.ndjson.bz2": bz2.compress,
    "day.zip": _zipped,
    "day.tar.gz": _tarred,
    "day.json": lambda content: b"[" + b",".join(content.splitlines()) + b"]",
}


def packed(cache: Cache, small: Logs, large: Logs, rounds: int) -> list[Row]:
    """Measure the user CPU of added records, which is a run on `large` minus a run on `small`, for each packed form and
    a JSON array.

    A packed form is compared with `.gz`, after subtracting the time that its library needs to unpack the records. The
    JSON array is compared with NDJSON.

    Raises:
        BenchError: the number of records differs between the forms.
    """
    ours: dict[str, tuple[list[Run], list[Run]]] = {name: ([], []) for name in FORMS}
    libraries: dict[str, tuple[list[Run], list[Run]]] = {name: ([], []) for name in FORMS}
    for size, logs in enumerate((small, large)):
        counted: set[int] = set()
        for name in FORMS:
            file = _in_form(logs, name)
            warm([file])
            for _ in range(rounds):
                with cache.data(logs, {name: file}) as data:
                    ours[name][size].append(authmeter(data, logs.days[-1]))
                    counted.add(published_records(data))
                libraries[name][size].append(peer("unpacking", file))
        same("the records of the forms", counted)
    added = {name: _added(*runs) for name, runs in ours.items()}
    unpacking = {name: _added(*runs) for name, runs in libraries.items()}
    rows = []
    for name, seconds in added.items():
        if name in (_NDJSON, _GZ):
            rows.append(Row(name, f"{seconds:+.2f} s", "1.00"))
        elif name == "day.json":
            times = ratio(seconds, added[_NDJSON])
            rows.append(Row(name, f"{seconds:+.2f} s", f"{times:.2f}", target=Target(times, ARRAY_LIMIT)))
        else:
            times = ratio(seconds - unpacking[name], added[_GZ])
            words = f"{seconds:+.2f} s, of which the library {unpacking[name]:.2f} s"
            rows.append(Row(name, words, f"{times:.2f}", target=Target(times, PACKED_LIMIT)))
    return rows


def _in_form(logs: Logs, name: str) -> Path:
    (file,) = logs.files
    return kept_beside(logs, f"packed.{name}", lambda target: target.write_bytes(FORMS[name](file.read_bytes())))


def _added(small: list[Run], large: list[Run]) -> float:
    return user_middle(large) - user_middle(small)
