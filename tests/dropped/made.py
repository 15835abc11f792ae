"""Makes the records and packed files of the kinds. They are the same every time."""

from __future__ import annotations

import csv
import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import cramjam
import zstandard

from tests.support import Row, lines, record

APP = "dropped"
Lay = Callable[[Path], None]


@dataclass(frozen=True)
class Kind:
    """One kind of files.

    Attributes:
        `what`: a phrase with the names of the files.
        `lay`: writes the files into a landing folder, whose parent is the data folder.
        `then`: changes the landing folder after a first run, if given; the results are then from the second run.
        `is_bound`: whether the commands run without the rights of root.
    """

    what: str
    lay: Lay
    then: Lay | None = None
    is_bound: bool = False


@dataclass(frozen=True)
class Content:
    """`count` records of one day. Each id begins with `prefix`."""

    day: date
    prefix: str = "d"
    count: int = 60

    @property
    def rows(self) -> list[Row]:
        changes = {"app_key": APP, "scheme_id": "商城"}
        return [record(f"{self.prefix}{number}", self.day, **changes) for number in range(self.count)]

    @property
    def log(self) -> bytes:
        """The records as one JSON object a line."""
        return lines(self.rows)

    def changed(self, **changes: object) -> list[Row]:
        """Return the records with other values; a value of None removes the field."""
        return [{name: value for name, value in (row | changes).items() if value is not None} for row in self.rows]

    def renamed(self, **names: str) -> list[Row]:
        """Return the records with other names of fields."""
        return [{names.get(name, name): value for name, value in row.items()} for row in self.rows]

    def table(self, delimiter: str = ",", end: str = "\r\n") -> str:
        """Return the records as CSV."""
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, list(self.rows[0]), delimiter=delimiter, lineterminator=end)
        writer.writeheader()
        writer.writerows(self.rows)
        return out.getvalue()


def files(**contents: bytes) -> Lay:
    """Return a function that writes files into landing. `__` in a name is written as a dot."""
    return named({name.replace("__", "."): content for name, content in contents.items()})


def named(contents: dict[str, bytes]) -> Lay:
    """Return a function that writes files into landing, by their paths."""

    def lay(landing: Path) -> None:
        for name, content in contents.items():
            (landing / name).parent.mkdir(parents=True, exist_ok=True)
            (landing / name).write_bytes(content)

    return lay


def gz(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def zst(content: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(content)


def lz4(content: bytes) -> bytes:
    return bytes(cramjam.lz4.compress(content))


def framed_snappy(content: bytes) -> bytes:
    """Return the content packed by Snappy in frames."""
    return bytes(cramjam.snappy.compress(content))


def raw_snappy(content: bytes) -> bytes:
    """Return the content packed by Snappy as one raw block, as SLS packs objects."""
    return bytes(cramjam.snappy.compress_raw(content))


def hadoop_snappy(content: bytes) -> bytes:
    """Return the content packed by Snappy in blocks of 4 kB, as Hadoop's BlockCompressorStream packs files."""
    out = b""
    for first in range(0, len(content), 4096):
        block = content[first : first + 4096]
        packed = raw_snappy(block)
        out += len(block).to_bytes(4, "big") + len(packed).to_bytes(4, "big") + packed
    return out


def archived(members: Mapping[str, bytes], kind: str = "zip", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip or tar archive; `method` is the compression of a zip archive."""
    out = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(out, "w", method) as packed:
            for name, content in members.items():
                packed.writestr(zipfile.ZipInfo(name), content, method)
        return out.getvalue()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def zipped(name: str, content: bytes) -> bytes:
    """Return a zip archive with one uncompressed file."""
    return archived({name: content}, method=zipfile.ZIP_STORED)
