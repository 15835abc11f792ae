"""Writes the files of the site, and records size and digest of each for `manifest.json`."""

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from pipelines.common.digests import file_sha256


@dataclass(frozen=True)
class WrittenFile:
    """One file of the site: path in the site (with `/`), size in bytes, SHA-256, and for CSV and Parquet its `rows`.

    `source` is a digest of everything that the file is made from. The next generation reuses the file if the digest is
    the same; files without a `source` are made again.
    """

    path: str
    bytes: int
    sha256: str
    rows: int | None = None
    source: str | None = None

    def entry(self) -> dict[str, object]:
        """Return the file's entry in `manifest.json`."""
        optional = {"rows": self.rows, "source": self.source}
        return {"path": self.path, "bytes": self.bytes, "sha256": self.sha256} | {
            name: value for name, value in optional.items() if value is not None
        }


def script(variable: str, document: str) -> bytes:
    """Return a classic script that sets one variable to a JSON document: file:// pages cannot load data otherwise."""
    return f"window.{variable}={document};\n".encode()


def with_fields(document: str, fields: Mapping[str, object]) -> str:
    """Return a JSON object with more fields added at its end."""
    return f"{document[:-1]},{orjson.dumps(fields).decode()[1:]}" if fields else document


@dataclass
class SiteWriter:
    """Writes files under `target`, an empty folder, and records them."""

    target: Path
    files: list[WrittenFile] = field(default_factory=list)

    def folder(self, path: str) -> None:
        """Make a folder of the site."""
        os.mkdir(f"{self.target}/{path}")

    def write(self, path: str, content: bytes, rows: int | None = None, source: str | None = None) -> WrittenFile:
        """Write one file; its folder must exist."""
        # Paths are joined as text, and no file object is used: with 300,000 small files either would cost as much as
        # the writing itself.
        descriptor = os.open(f"{self.target}/{path}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        finally:
            os.close(descriptor)
        written = WrittenFile(path, len(content), hashlib.sha256(content).hexdigest(), rows, source)
        self.files.append(written)
        return written

    def adopt(self, path: str, rows: int, source: str | None = None) -> None:
        """Record a file that other code wrote under `target`."""
        file = self.target / path
        self.files.append(WrittenFile(path, file.stat().st_size, file_sha256(file), rows, source))

    def take_over(self, file: WrittenFile, before: Path) -> None:
        """Link a file from the previous generation, whose folder is `before`; the target folder must exist."""
        try:
            os.link(f"{before}/{file.path}", f"{self.target}/{file.path}")
        except OSError:
            # Some network file systems have no hard links.
            shutil.copyfile(f"{before}/{file.path}", f"{self.target}/{file.path}")
        self.files.append(file)

    def manifest(self, as_of: str, generated_at: str) -> None:
        """Write `manifest.json`, which lists all other files sorted by path."""
        entries = [file.entry() for file in sorted(self.files, key=lambda file: file.path)]
        content = {"as_of": as_of, "generated_at": generated_at, "files": entries}
        self.write("manifest.json", orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n")
