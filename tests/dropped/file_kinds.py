"""Kinds of dropped files that are rotated, archived, damaged, empty, ignored, or no logs."""

from __future__ import annotations

import bz2
import io
import lzma
import shutil
import tarfile
from datetime import date
from pathlib import Path

from tests.dropped.made import Content, Kind, archived, files, framed_snappy, gz, lz4, named, zipped, zst
from tests.support import as_csv, as_parquet, columns_of, lines


def that_change(day: date) -> list[Kind]:
    """Return the kinds of files that are rotated or changed."""
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
        Kind("`a.log`, replaced by a shorter file after it was read", first, less),
        Kind("`a.log`, copied to `b.log` after it was read", first, copy),
        Kind("`a.log`, deleted after it was read", first, lambda landing: (landing / "a.log").unlink()),
        Kind("Each id twice: `a.log`", files(a__log=made.log * 2)),
    ]


def no_logs(day: date) -> list[Kind]:
    """Return the kinds that no source reads."""
    made = Content(day).log
    return [
        Kind("A workbook: `a.xlsx`", files(a__xlsx=zipped("xl/workbook.xml", made))),
        Kind("Archives of other kinds: `a.7z`, `b.rar`", files(
            a__7z=b"7z\xbc\xaf\x27\x1c" + made, b__rar=b"Rar!\x1a\x07\x00" + made
        )),
        Kind("Packed as `a.log.br`, `b.log.lzo`", files(a__log__br=b"\x1b" + made, b__log__lzo=b"\x89LZO" + made)),
    ]  # fmt: skip


def archives(day: date) -> list[Kind]:
    """Return the kinds that are zip or tar archives."""
    made, tar = Content(day).log, archived({"auth.log": Content(day, "t").log}, "tar")

    def many(landing: Path) -> None:
        (landing / "a.tar.gz").write_bytes(gz(archived({f"{number}.log": b"" for number in range(10_001)}, "tar")))

    bad = {"ok.log": made, "../up.log": made, "/etc/abs.log": made, "in.zip": archived({"a.log": made})}
    return [
        Kind("Archives, each member a file: `a.zip`, `b.tar`, `c.tar.gz`, `d.tgz`", files(
            a__zip=archived({"x/auth.log": made, "x/auth.csv.gz": gz(as_csv(Content(day, "c").rows))}),
            b__tar=tar,
            c__tar__gz=gz(archived({"auth.json": Content(day, "g").log}, "tar")),
            d__tgz=gz(archived({"auth.log.1": Content(day, "d").log}, "tar")),
        )),
        Kind("A member that is no log, and a workbook: `a.zip`", files(
            a__zip=archived({"auth.log": made, "README.md": b"read me", "b.xlsx": b"PK"})
        )),
        Kind("Names that lead out of the archive, an archive in it: `a.zip`", files(a__zip=archived(bad))),
        Kind("Two members of one name: `a.tar`", files(
            a__tar=archived({"a.log": made, "./a.log": Content(day, "s").log, "b.log": Content(day, "u").log}, "tar")
        )),
        Kind("A link as a member: `a.tar`", files(a__tar=_linked(made))),
        Kind("An encrypted member: `a.zip`", files(a__zip=_encrypted({"a.log": made, "b.log": made}, "b.log"))),
        Kind("Cut while they were copied: `a.zip`, `b.tar.gz`, `c.tar`", files(
            a__zip=archived({"a.log": made})[:-30], b__tar__gz=gz(tar)[:-30], c__tar=tar[:5000]
        )),
        Kind("An archive that unpacks to 4 GB, from 1 kB: `a.zip`", files(a__zip=_bomb())),
        Kind("An archive of 10,001 members: `a.tar.gz`", many),
        Kind("Nothing in it, no archive: `a.zip`, `b.tar`, `c.tgz`", files(
            a__zip=archived({}), b__tar=b"", c__tgz=made
        )),
    ]  # fmt: skip


def _linked(content: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        member = tarfile.TarInfo("a.log")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
        link = tarfile.TarInfo("link.log").replace(linkname="/etc/passwd", deep=False)
        link.type = tarfile.SYMTYPE
        archive.addfile(link)
    return out.getvalue()


def _bomb() -> bytes:
    """Return a zip archive whose directory declares a size of 4 GB for its only member."""
    content = archived({"a.log": b"0"})
    place = content.index(b"PK\x01\x02") + 24
    return content[:place] + b"\xff\xff\xff\xee" + content[place + 4 :]


def _encrypted(members: dict[str, bytes], name: str) -> bytes:
    """Return a zip archive in which the last member, `name`, is marked as encrypted."""
    content = archived(members)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.rindex(mark, 0, content.rindex(name.encode()) if flags == 8 else None) + flags
        content = content[:place] + b"\x01" + content[place + 1 :]
    return content


def damaged(day: date) -> list[Kind]:
    """Return the kinds that are refused whole."""
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
        Kind("Not what the name says, an archive named as text: `a.log`, `b.csv`", files(
            a__log=zipped("a.log", made.log), b__csv=zipped("a.csv", made.log)
        )),
        Kind("Cut while they were copied: `a.log.bz2`, `b.log.xz`, `c.log.lz4`, `d.log.snappy`, `e.json` (gzip)", files(
            a__log__bz2=bz2.compress(made.log)[:-30], b__log__xz=lzma.compress(made.log)[:-30],
            c__log__lz4=lz4(made.log)[:-30], d__log__snappy=framed_snappy(made.log)[:-30], e__json=packed[:-30]
        )),
        Kind("Nothing in it: `a.log.gz`, `b.parquet`", files(a__log__gz=b"", b__parquet=b"")),
        Kind("A file, and a folder, that may not be read: `a.log`, `x/b.log`", lock, is_bound=True),
    ]  # fmt: skip


def without_a_record() -> list[Kind]:
    """Return the kinds without a record."""
    return [
        Kind("Nothing in it: `a.log`, `b.csv`", files(a__log=b"", b__csv=b"")),
        Kind("A header and no row: `a.csv`", files(a__csv=as_csv([]))),
        Kind("Blank lines: `a.log`", files(a__log=b"\n" * 2000)),
        Kind("Two lines that are no records: `a.log`", files(a__log=b"started\nstopped\n")),
    ]


def left_alone(day: date) -> list[Kind]:
    """Return the kinds that landing's rules ignore."""
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
