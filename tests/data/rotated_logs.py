"""A log under landing that is rotated by the rules of logrotate, with its usual options."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.support import Row, lines


@dataclass
class RotatedLog:
    """One log that is written and rotated. The fields are options of logrotate, under their names.

    With `extension`, the number or date of a rotated file is inserted before the suffix. With `nocreate`, rotation
    makes no new log: it is made when the next record is written.
    """

    landing: Path
    name: str = "auth.log"
    rotate: int = 4
    compress: bool = False
    delaycompress: bool = False
    copytruncate: bool = False
    nocreate: bool = False
    dateext: bool = False
    extension: bool = False
    _rotated: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.landing.mkdir(parents=True, exist_ok=True)
        self.write([])

    @property
    def log(self) -> Path:
        """The current file of the log."""
        return self.landing / self.name

    def write(self, rows: Iterable[Row]) -> None:
        with self.log.open("ab") as out:
            out.write(lines(rows))

    def turn(self, stamp: str) -> None:
        """Rotate the log, and delete rotated files beyond the newest `rotate`. With `dateext`, `stamp` is in the new
        name.
        """
        if not self.log.exists():
            return
        kept: list[str] = []
        for number, name in enumerate(self._rotated[: self.rotate - 1], 2):
            kept.append(name if self.dateext else self._numbered(number) + name[len(self._numbered(number - 1)) :])
        for name in self._rotated[self.rotate - 1 :]:
            (self.landing / name).unlink()
        for name, new in reversed(list(zip(self._rotated, kept, strict=False))):
            (self.landing / name).rename(self.landing / new)
        first = self._named(f"-{stamp}") if self.dateext else self._numbered(1)
        if self.copytruncate:
            shutil.copyfile(self.log, self.landing / first)
            self.log.write_bytes(b"")
        else:
            self.log.rename(self.landing / first)
            if not self.nocreate:
                self.log.touch()
        self._rotated = [first, *kept]
        at = 1 if self.delaycompress else 0
        if self.compress and len(self._rotated) > at and not self._rotated[at].endswith(".gz"):
            file = self.landing / self._rotated[at]
            file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))
            file.unlink()
            self._rotated[at] += ".gz"

    def _numbered(self, number: int) -> str:
        return self._named(f".{number}")

    def _named(self, mark: str) -> str:
        stem, dot, suffix = self.name.rpartition(".")
        return f"{stem}{mark}{dot}{suffix}" if self.extension else f"{self.name}{mark}"
