"""Kinds that differ in what becomes of the file, or in what is no text at all."""

from __future__ import annotations

import io
import shutil
import tarfile
from datetime import date
from pathlib import Path

from tests.dropped.made import Content, Kind, files, gz, named, zipped, zst
from tests.support import as_csv, as_parquet, columns_of, lines


def that_change(day: date) -> list[Kind]:
    """Files that are rotated or change."""
    rotated = ("auth.log.1", "auth.log-20261124", "auth.log.2026-11-24")
    packed = {"auth.log.2.gz": gz, "auth-2026-11-24.log.zst": zst}
    contents = {name: Content(day, name).log for name in rotated}
    contents |= {name: pack(Content(day, name).log) for name, pack in packed.items()}
    old, new = Content(day, "old"), Content(day, "new")

    def rotate(landing: Path) -> None:
        (landing / "auth.log").rename(landing / "auth.log.1")
        (landing / "auth.log").write_bytes(new.log)

    def truncate(landing: Path) -> None:
        shutil.copyfile(landing / "auth.log", landing / "auth.log.1")
        (landing / "auth.log").write_bytes(new.log)

    made = Content(day)
    first, less = files(a__log=made.log), files(a__log=lines(made.rows[:20]))

    def copy(landing: Path) -> None:
        shutil.copyfile(landing / "a.log", landing / "b.log")

    return [
        Kind("Rotated logs: " + ", ".join(f"`{name}`" for name in sorted(contents)), named(contents)),
        Kind("`auth.log`, rotated to `auth.log.1` after it was read", files(auth__log=old.log), rotate),
        Kind("The same with `copytruncate`", files(auth__log=old.log), truncate),
        Kind("`a.log`, which grew after it was read", first, files(a__log=made.log + Content(day, "more").log)),
        Kind("`a.log`, in place of which lies less after it was read", first, less),
        Kind("`a.log`, copied to `b.log` after it was read", first, copy),
        Kind("`a.log`, deleted after it was read", first, lambda landing: (landing / "a.log").unlink()),
        Kind("Each id twice: `a.log`", files(a__log=made.log * 2)),
    ]


def no_logs(day: date) -> list[Kind]:
    """What no source reads."""
    made = Content(day).log
    return [
        Kind("A workbook: `a.xlsx`", files(a__xlsx=zipped("xl/workbook.xml", made))),
        Kind("Archives: `a.zip`, `b.tar.gz`, `c.7z`", files(
            a__zip=zipped("a.log", made), b__tar__gz=_tar(made), c__7z=b"7z\xbc\xaf\x27\x1c" + made
        )),
        Kind("Packed as `a.log.bz2`, `b.log.xz`", files(a__log__bz2=b"BZh9" + made, b__log__xz=b"\xfd7zXZ" + made)),
    ]  # fmt: skip


def _tar(content: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        member = tarfile.TarInfo("a.log")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return gz(out.getvalue())


def damaged(day: date) -> list[Kind]:
    """What is refused whole."""
    made = Content(day)
    packed = gz(made.log)
    flipped = packed[:-8] + bytes(byte ^ 255 for byte in packed[-8:-4]) + packed[-4:]
    parquet = as_parquet(columns_of(made.rows))

    def lock(landing: Path) -> None:
        (landing / "x").mkdir()
        for name in ("a.log", "x/b.log"):
            (landing / name).write_bytes(made.log)
        (landing / "a.log").chmod(0)
        (landing / "x").chmod(0)

    return [
        Kind("Cut while they were copied, a wrong checksum: `a.log.gz`, `b.log.zst`, `c.parquet`, `d.log.gz`", files(
            a__log__gz=packed[:-30], b__log__zst=zst(made.log)[:-30], c__parquet=parquet[:-30], d__log__gz=flipped
        )),
        Kind("Not what the name says, text named as packed: `a.log.gz`, `b.parquet`", files(
            a__log__gz=made.log, b__parquet=made.log
        )),
        Kind("Not what the name says, packed named as text: `a.log`, `b.csv`", files(a__log=packed, b__csv=packed)),
        Kind("Nothing in it: `a.log.gz`, `b.parquet`", files(a__log__gz=b"", b__parquet=b"")),
        Kind("A file, and a folder, that may not be read: `a.log`, `x/b.log`", lock, is_bound=True),
    ]  # fmt: skip


def without_a_record() -> list[Kind]:
    """What has nothing in it."""
    return [
        Kind("Nothing in it: `a.log`, `b.csv`", files(a__log=b"", b__csv=b"")),
        Kind("A header and no row: `a.csv`", files(a__csv=as_csv([]))),
        Kind("Blank lines: `a.log`", files(a__log=b"\n" * 2000)),
        Kind("Two lines that are no records: `a.log`", files(a__log=b"started\nstopped\n")),
    ]


def left_alone(day: date) -> list[Kind]:
    """What landing's rules leave alone."""
    made = Content(day).log

    def link(landing: Path) -> None:
        (landing.parent / "elsewhere.log").write_bytes(made)
        (landing / "a.log").symlink_to(landing.parent / "elsewhere.log")

    return [
        Kind("Not copied yet: `.a.log`, `_b.log`, `c.log.tmp`, `d.log.part`, `e.log.crc`", named(
            dict.fromkeys((".a.log", "_b.log", "c.log.tmp", "d.log.part", "e.log.crc"), made)
        )),
        Kind("A symbolic link: `a.log`", link),
    ]  # fmt: skip
