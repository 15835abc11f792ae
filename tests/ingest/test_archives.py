"""Each member of an archive is a file with its own manifest entry, and a fault of one member affects no other."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pytest

from pipelines.commands.check.check import check_file
from pipelines.common.errors import DamagedFileError
from pipelines.ingest.held import accept_held
from pipelines.ingest.reread import RereadRequest
from pipelines.reading.archives import found_members
from pipelines.reading.files.growth import UnpackLimits
from pipelines.reading.files.landing import LandedFile
from tests.dropped.made import archived, framed_snappy, lz4, zst
from tests.support import DAY, DataFolder, as_csv, as_parquet, columns_of, lines, record, records

A, B, C = (records(20, prefix=prefix) for prefix in "abc")
Members = Mapping[str, bytes]


zipped, tarred = archived, partial(archived, kind="tar")
ARCHIVES: dict[str, Callable[[Members], bytes]] = {
    "a.zip": zipped, "B.ZIP.1": zipped, "c.zip-20261124T0200": zipped,
    "stored.zip": lambda members: zipped(members, method=zipfile.ZIP_STORED), "a.tar": tarred,
    "a.tar.gz": lambda members: gzip.compress(tarred(members)),
    "a.tgz": lambda members: gzip.compress(tarred(members)),
    "a-20261124.tar.xz": lambda members: lzma.compress(tarred(members)),
    "a.tar.bz2": lambda members: bz2.compress(tarred(members)),
    "a.tbz2": lambda members: bz2.compress(tarred(members)), "a.txz": lambda members: lzma.compress(tarred(members)),
    "a.tar.zst": lambda members: zst(tarred(members)), "a.tzst": lambda members: zst(tarred(members)),
    "a.tar.lz4": lambda members: lz4(tarred(members)), "a.tar.snappy": lambda members: framed_snappy(tarred(members)),
}  # fmt: skip
MEMBERS = {
    "x/a.ndjson": lines(A), "./b.csv.gz": gzip.compress(as_csv(B)), "c.parquet": as_parquet(columns_of(C)),
    "README.md": b"read me", "__MACOSX/._a.ndjson": b"\0" * 20, ".hidden/d.log": lines(A),
}  # fmt: skip


def status_of(folder: DataFolder) -> dict[str, tuple[str, int]]:
    """Return status and accepted records of the newest content of each path. Files that no source reads are
    `unread`.
    """
    manifest = folder.manifest
    unread = dict.fromkeys(manifest.unread_files, ("unread", 0))
    return {entry.path: (entry.status, entry.accepted) for entry in manifest.files} | unread


def accepted(folder: DataFolder) -> int:
    """Return the number of records in all contents that count."""
    return sum(entry.accepted for entry in folder.manifest.live_files())


def refused(folder: DataFolder) -> dict[str, str]:
    """Return the finding of each damaged file by path."""
    return {entry.path: str(entry.finding) for entry in folder.manifest.files if entry.status == "damaged"}


def test_each_member_is_a_file_of_its_own(folder: DataFolder) -> None:
    for name, made in ARCHIVES.items():
        folder.land(name, made(MEMBERS))
    folder.ingest()
    members = {"x/a.ndjson": ("read", 20), "b.csv.gz": ("read", 20), "c.parquet": ("read", 20),
               "README.md": ("unread", 0)}  # fmt: skip
    assert status_of(folder) == {f"{name}!{path}": fate for name in ARCHIVES for path, fate in members.items()}
    before = folder.manifest
    assert not folder.ingest().read
    assert folder.manifest == before


def test_a_known_archive_is_not_opened_again(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.land("a.zip", zipped(MEMBERS))
    folder.land("bad.zip", zipped(MEMBERS)[:-40])
    folder.ingest()
    before = status_of(folder)
    monkeypatch.delattr("pipelines.ingest.landed.found_members")
    folder.ingest()
    assert status_of(folder) == before


def test_a_changed_archive_replaces_member_by_member(folder: DataFolder) -> None:
    folder.land("a.zip", zipped({"a.log": lines(A), "b.log": lines(B[:5])}))
    folder.roll_up()
    folder.land("a.zip", zipped({"a.log": lines(A[:15]), "b.log": lines(B), "c.log": lines(C)}))
    folder.ingest()
    rows = [(entry.path, entry.status, entry.accepted) for entry in folder.manifest.files]
    assert sorted(rows) == [
        ("a.zip!a.log", "held", 15), ("a.zip!a.log", "read", 20), ("a.zip!b.log", "read", 20),
        ("a.zip!b.log", "replaced", 5), ("a.zip!c.log", "read", 20),
    ]  # fmt: skip
    assert accepted(folder) == 60
    accept_held(folder.store, folder.manifest, "a.zip!a.log")
    folder.ingest()
    assert accepted(folder) == 55
    (folder.store.landing / "a.zip").unlink()
    folder.ingest()
    assert accepted(folder) == 55


def test_a_log_that_is_rotated_into_an_archive_is_not_held(folder: DataFolder) -> None:
    folder.land("auth.log", A)
    folder.roll_up()
    folder.land("old.zip", zipped({"auth.log.1": lines(A)}))
    folder.land("auth.log", B)
    folder.ingest()
    found = [(entry.path, entry.status, entry.accepted) for entry in folder.manifest.files]
    assert sorted(found) == [("auth.log", "read", 20), ("auth.log", "replaced", 20), ("old.zip!auth.log.1", "read", 20)]
    # The archive itself is rotated, and its moved members are not read again.
    (folder.store.landing / "old.zip").rename(folder.store.landing / "old.zip.1")
    folder.ingest()
    assert status_of(folder)["old.zip.1!auth.log.1"] == ("read", 20)
    assert accepted(folder) == 40


def test_members_are_read_again_after_a_mapping_changed(folder: DataFolder) -> None:
    folder.land("gw.tar.gz", gzip.compress(tarred({"x/gw-1.log": b"e1|2026-03-10T10:00:00+08:00\n"})))
    mapping = """
        name = "gw"
        files = ["gw-*.log"]
        format = "lines"
        [fields]
        event_id = "split_part(line, '|', 1)"
        event_time = "split_part(line, '|', 2)"
        app_key = "'shop'"
        channel = "'{}'"
        stage = "'authorize'"
        outcome = "'success'"
    """
    folder.write("sources/gw.toml", mapping.format("fax"))
    folder.ingest()
    assert status_of(folder) == {"gw.tar.gz!x/gw-1.log": ("read", 0)}
    folder.write("sources/gw.toml", mapping.format("wechat"))
    run = folder.open()
    run.reread = RereadRequest(source="gw")
    run.ingest(DAY)
    folder.ingest()
    assert status_of(folder) == {"gw.tar.gz!x/gw-1.log": ("read", 1)}


def tar_with(*members: tuple[str, bytes, bytes]) -> bytes:
    """Return a tar archive of members, each given as name, kind, and content or target of a link."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind, content in members:
            member = tarfile.TarInfo(name)
            member.type = kind
            member.size = len(content) if kind == tarfile.REGTYPE else 0
            archive.addfile(member if member.size else member.replace(linkname=content.decode()), io.BytesIO(content))
    return out.getvalue()


def zip_link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("link.log")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def test_a_member_that_is_refused_costs_itself_alone(folder: DataFolder) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("ok.log", "../out.log", "/etc/abs.log", "C:\\x.log", "twice.log", "./twice.log"):
            archive.writestr(zipfile.ZipInfo(name), lines(A))
        archive.writestr(zip_link(), "/etc/passwd")
        archive.writestr("inner.zip", zipped({"a.log": lines(B)}))
        archive.writestr("flipped.log", b"FLIPPED" + lines(B))
        archive.writestr("secret.log", b"SECRET")
    content = out.getvalue().replace(b"FLIPPED", b"flipped", 1)
    # The flag of an encrypted member, in its own header and in the list.
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        name = content.index(b"secret.log") if mark == b"PK\x03\x04" else content.rindex(b"secret.log")
        start = content.rindex(mark, 0, name)
        content = content[: start + place] + b"\x01\x00" + content[start + place + 2 :]
    folder.land("a.zip", content)
    folder.land("b.tar", tar_with(
        ("ok.log", tarfile.REGTYPE, lines(C)), ("link.log", tarfile.SYMTYPE, b"/etc/passwd"),
        ("hard.log", tarfile.LNKTYPE, b"ok.log"), ("pipe.log", tarfile.FIFOTYPE, b""),
        ("x/../../up.log", tarfile.REGTYPE, lines(B)), ("in.tgz", tarfile.REGTYPE, b"x"),
    ))  # fmt: skip
    folder.ingest()
    link, outside = "The member is a link or a special file.", "The member has a name that leads out of the archive."
    assert refused(folder) == {
        "a.zip!../out.log": outside, "a.zip!/etc/abs.log": outside, "a.zip!C:\\x.log": outside,
        "a.zip!twice.log": "The member has the same name as another one.", "a.zip!link.log": link,
        "a.zip!inner.zip": "The member is an archive itself.", "a.zip!secret.log": "The member is encrypted.",
        "a.zip!flipped.log": "The file is cut or corrupt: a checksum is wrong",
        "b.tar!link.log": link, "b.tar!hard.log": link, "b.tar!pipe.log": link,
        "b.tar!x/../../up.log": outside, "b.tar!in.tgz": "The member is an archive itself.",
    }  # fmt: skip
    assert accepted(folder) == 40
    before = folder.manifest
    assert not folder.ingest().damaged
    assert folder.manifest == before


def zip_bomb() -> bytes:
    """Return a small zip archive whose directory declares ten members of 1 GB each."""
    content = zipped({f"{number}.log": b"x" for number in range(10)})
    place = 0
    while (place := content.find(b"PK\x01\x02", place)) >= 0:
        content = content[: place + 24] + struct.pack("<I", 10**9) + content[place + 28 :]
        place += 4
    return content


def overlapping() -> bytes:
    """Return a zip archive of 50 kB with ten members of 50 MB, which are all the same bytes of the archive."""
    content = zipped({"0.log": bytes(50_000_000)})
    start, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    listed = b"".join(content[start:end].replace(b"0.log", b"%d.log" % number) for number in range(10))
    counts = struct.pack("<HHI", 10, 10, len(listed))
    return content[:start] + listed + content[end : end + 8] + counts + content[end + 16 :]


def displaced() -> bytes:
    """Return an archive whose end record has too large an offset, so that its members begin before the file."""
    content = zipped({"a.log": lines(A)})
    (first,) = struct.unpack("<I", content[-6:-2])
    return content[:-6] + struct.pack("<I", first + 100) + content[-2:]


TAR = tarred({"a.log": lines(A), "b.log": lines(B)})


def refused_archives() -> dict[str, tuple[bytes, str]]:
    """Return content and finding of each archive that is refused, by path. Making them takes half a second."""
    return {
        "overlapping.zip": (overlapping(), "unpacks to more than 100,000,000 bytes"),
        "declared.zip": (zip_bomb(), "unpacks to more than 100,000,000 bytes"),
        "bomb.tar.gz": (
            gzip.compress(tarred({"a.log": b"0" * 101_000_000}), 1),
            "unpacks to more than 100,000,000 bytes",
        ),
        "many.zip": (zipped({f"{number}.log": b"" for number in range(11)}), "has more than 10 members"),
        "many.tar": (tarred({f"{number}.log": b"" for number in range(11)}), "has more than 10 members"),
        "cut.zip": (zipped({"a.log": lines(A)})[:-30], "cut or corrupt"),
        "cut.tar": (TAR[:3000], "it ends too early"),
        "no end.tar": (TAR[: TAR.rindex(b"\n") // 512 * 512 + 512], "it ends too early"),
        "cut.tgz": (gzip.compress(TAR)[:-20], "it ends too early"),
        "wrong sum.tar.gz": (gzip.compress(TAR)[:-6] + b"xx" + gzip.compress(TAR)[-4:], "a checksum is wrong"),
        "broken header.tar": (TAR.replace(b"b.log", b"c.log", 1), "a header is broken"),
        "two.tar": (TAR + TAR, "something is behind its end"),
        "text.zip": (lines(A), "not what its name says, it is not a zip file"),
        "text.tar": (lines(A), "it is not a tar archive"),
        "empty.tar": (b"", "not a tar archive"),
        "nothing.zip": (zipped({}), "has no file in it"),
        "folders.tar": (tar_with(("x", tarfile.DIRTYPE, b""), ("y/.z", tarfile.REGTYPE, b"1")), "has no file in it"),
    }


def test_an_archive_that_is_refused_is_one_row_and_costs_itself_alone(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(found_members, "MAX_MEMBERS", 10)
    folder.land("good.zip", zipped({"a.log": lines(A)}))
    archives = refused_archives()
    for name, (content, _) in archives.items():
        folder.land(name, content)
    folder.ingest()
    found = refused(folder)
    assert found.keys() == archives.keys()
    for name, (_, words) in archives.items():
        assert words.replace("says, it", "says: it") in found[name], name
    assert accepted(folder) == 20
    folder.land("cut.zip", zipped({"a.log": lines(B)}))
    folder.ingest()
    assert folder.statuses("cut.zip") == ["replaced"]
    assert accepted(folder) == 40


def headers(kind: bytes, count: int, size: int = 512) -> bytes:
    """Return `count` headers of a tar archive, each followed by the `size` bytes of extended information that it
    announces.
    """
    header = tarfile.TarInfo("x")
    header.type, header.size = kind, size
    return (header.tobuf(tarfile.USTAR_FORMAT) + b"0" * size) * count


def sparse(holes: bytes) -> bytes:
    """Return a sparse member with a map of holes, in the format that GNU tar writes."""
    header = tarfile.TarInfo("sparse.log")
    header.size = len(holes)
    header.pax_headers.update(
        {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "sparse.log", "GNU.sparse.realsize": "9"}
    )
    return header.tobuf(tarfile.PAX_FORMAT) + holes + bytes(-len(holes) % 512)


def packed(method: int, content: bytes) -> bytes:
    """Return a zip archive that names `method` as the compression of its second member."""
    content = zipped({"ok.log": lines(A), "bad.log": content}, method=zipfile.ZIP_STORED)
    for mark, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        start = content.rindex(mark) + place
        content = content[:start] + bytes([method]) + content[start + 1 :]
    return content


def larger_than_declared() -> bytes:
    content = zipped({"ok.log": lines(A), "bad.log": bytes(50_000_000)})
    place = content.rindex(b"PK\x01\x02") + 24
    return content[:place] + struct.pack("<I", 100) + content[place + 4 :]


def far_offset() -> bytes:
    """Return a zip archive whose member begins beyond all files."""
    content = zipped({"bad.log": lines(A)})
    start = content.rindex(b"PK\x01\x02")
    far = struct.pack("<HHQ", 1, 8, 2**64 - 1)
    entry, end = bytearray(content[start : start + 46 + 7]), bytearray(content[start + 46 + 7 :])
    entry[30:32], entry[42:46] = struct.pack("<H", len(far)), b"\xff" * 4
    end[12:16] = struct.pack("<I", len(entry) + len(far))
    return content[:start] + bytes(entry) + far + bytes(end)


def test_a_member_that_would_fill_memory_or_lies_elsewhere_costs_itself_alone(folder: DataFolder) -> None:
    unsupported, corrupt = "The member is packed in an unsupported way.", "The file is cut or corrupt: "
    expected = {
        # A few bytes of bzip2 or LZMA may take gigabytes, whatever size is declared.
        "bzip2.zip!bad.log": (packed(zipfile.ZIP_BZIP2, bz2.compress(bytes(50_000_000))), unsupported),
        "lzma.zip!bad.log": (packed(zipfile.ZIP_LZMA, b"\x09\x04" + bytes(99)), unsupported),
        "large.zip!bad.log": (larger_than_declared(), corrupt + "a checksum is wrong"),
        "holes.tar!sparse.log": (sparse(b"30000000\n" + b"0\n" * 1_000_000) + TAR, unsupported),
        "far.zip!bad.log": (far_offset(), corrupt + "the packed data is broken"),
        "before.zip!a.log": (displaced(), corrupt + "the packed data is broken"),
    }
    for path, (content, _) in expected.items():
        folder.land(path.partition("!")[0], content)
    folder.ingest()
    assert refused(folder) == {path: finding for path, (_, finding) in expected.items()}
    assert accepted(folder) == 20 + 20 + 20 + 40


def test_headers_that_fill_memory_or_the_stack_cost_their_archive_alone(folder: DataFolder) -> None:
    old = tarfile.TarInfo("a.log")
    old.type = tarfile.GNUTYPE_SPARSE
    cut = bytearray(old.tobuf(tarfile.GNU_FORMAT))
    cut[482] = 1
    cut[148:156] = b"%06o\0 " % (sum(cut) - sum(cut[148:156]) + 8 * 32)
    for name, content in {
        "name.tar.gz": gzip.compress(headers(tarfile.GNUTYPE_LONGNAME, 1, 90_000_000) + TAR, 1),
        "facts.tar": headers(tarfile.XHDTYPE, 1, 2_000_000),
        "later.tar": TAR[:1024] + headers(tarfile.XGLTYPE, 1, 2_000_000),
        "chain.tar": headers(tarfile.GNUTYPE_LONGNAME, 3_000) + TAR, "cut.tar": bytes(cut),
    }.items():  # fmt: skip
        folder.land(name, content)
    folder.land("good.tar", tarred({"n" * 300 + ".log": lines(A)}))
    folder.ingest()
    assert refused(folder).keys() == {"name.tar.gz", "facts.tar", "later.tar", "chain.tar", "cut.tar"}
    assert accepted(folder) == 20


def test_packed_members_that_together_fill_a_disk_are_read_one_by_one(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.engines.duckdb.reader._MOST_TOGETHER", 2 * len(lines(A)) + 10)
    folder.land(
        "a.tar",
        tarred({f"{name}.log.gz": gzip.compress(lines(rows)) for name, rows in zip("abc", (A, B, C), strict=True)}),
    )
    folder.ingest()
    assert (accepted(folder), refused(folder), len({entry.part for entry in folder.manifest.files})) == (60, {}, 3)


def test_an_archive_that_changes_while_it_is_looked_into_waits(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = zipped({"a.log": lines(A)})
    folder.land("a.zip", whole[:-30])

    def written_to(file: LandedFile, limits: UnpackLimits) -> list[found_members.Found]:
        file.full.write_bytes(whole)
        raise DamagedFileError("It was cut.", where=file.path)

    with monkeypatch.context() as patched:
        patched.setattr("pipelines.ingest.landed.found_members", written_to)
        report = folder.ingest()
    assert (report.changing, report.damaged, status_of(folder)) == (["a.zip"], [], {})
    folder.ingest()
    assert status_of(folder) == {"a.zip!a.log": ("read", 20)}


def test_an_archive_that_was_good_and_is_cut_counts_as_before(folder: DataFolder) -> None:
    folder.land("a.zip", zipped({"a.log": lines(A)}))
    folder.ingest()
    folder.land("a.zip", zipped({"a.log": lines(A[:3])})[:-30])
    folder.ingest()
    assert status_of(folder) == {"a.zip": ("damaged", 0), "a.zip!a.log": ("read", 20)}


def test_a_member_whose_path_a_file_has_refuses_its_archive(folder: DataFolder) -> None:
    folder.land("a.zip", zipped({"a.log": lines(A)}))
    folder.land("a.zip!a.log", lines(B))
    folder.ingest()
    assert status_of(folder) == {"a.zip": ("damaged", 0), "a.zip!a.log": ("read", 20)}
    folder.land("b.zip", zipped({"b.log": lines(C)}))
    folder.ingest()
    # The one beside may come later, and leave.
    folder.land("b.zip!b.log", lines(C))
    folder.ingest()
    assert status_of(folder)["b.zip"] == ("damaged", 0)
    (folder.store.landing / "a.zip!a.log").rename(folder.store.landing / "a.log")
    (folder.store.landing / "b.zip!b.log").unlink()
    folder.ingest()
    assert folder.statuses("a.zip") == folder.statuses("b.zip") == ["replaced"]


def test_an_archive_that_ignore_names_is_left_unread(folder: DataFolder) -> None:
    folder.land("a.zip", zipped({"a.log": lines(A)})[:-30])
    folder.land("b.log", B)
    folder.ingest()
    before = {"a.zip": ("damaged", 0), "b.log": ("read", 20)}
    assert status_of(folder) == before
    settings = folder.write("authmeter.toml", 'ignore = ["*.zip"]\n')
    folder.land("new.zip", zipped({"a.log": lines(A)}))
    folder.ingest()
    assert status_of(folder) == {"a.zip": ("unread", 0), "b.log": ("read", 20), "new.zip": ("unread", 0)}
    settings.unlink()
    folder.ingest()
    assert status_of(folder) == before | {"new.zip!a.log": ("read", 20)}


def test_names_of_a_chinese_windows_are_read_without_what_a_program_adds_to_them(folder: DataFolder) -> None:
    """Only newer versions of Python replace the name by the Unicode path that Info-ZIP adds."""
    info = zipfile.ZipInfo("name.log")
    raw = "日志.log".encode("gb18030")
    path = struct.pack("<BL", 1, zlib.crc32(raw)) + "日志.log".encode()
    info.extra = struct.pack("<HH", 0x7075, len(path)) + path
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(info, lines(A))
        old = zipfile.ZipInfo("logs/name.log")
        old.create_system = 0
        archive.writestr(old, lines(B))
    content = out.getvalue().replace(b"logs/name", b"logs\\name").replace(b"name", "日志".encode("gb18030"))
    folder.land("a.zip", content)
    folder.ingest()
    assert status_of(folder) == {"a.zip!日志.log": ("read", 20), "a.zip!logs/日志.log": ("read", 20)}


def test_an_object_without_a_suffix_is_a_log_if_it_begins_as_json(folder: DataFolder, tmp_path: Path) -> None:
    folder.land("oss/1459911000_a", lines(A))
    folder.land("oss/1459911000_b", gzip.compress(lines(B)))
    folder.land("auth.gz", gzip.compress(lines(C)))
    folder.land("Makefile", b"all:\n\ttrue\n")
    folder.land("table", as_csv([record("e1")]))
    folder.ingest()
    found = status_of(folder)
    assert {path for path, (status, _) in found.items() if status == "unread"} == {"Makefile", "table"}
    assert accepted(folder) == 60


def test_a_look_into_an_archive_goes_on_behind_a_member_that_cannot_be_read(
    folder: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    members = {"README.md": b"read me", "a.log.gz": gzip.compress(lines(A))[:-9], "b.zip": b"x", "c.log": lines(C)}
    file = folder.land("a.zip", zipped(members))
    for source in (None, "docker"):
        assert check_file(folder.root, source, file) == 3
        said = capsys.readouterr().out
        assert "a.zip!README.md is read by no source" in said
        assert "a.zip!a.log.gz is refused: The file is cut or corrupt: it ends too early" in said
        assert "a.zip!b.zip is refused: The member is an archive itself." in said
        assert f"a.zip!c.log as {source or 'canonical'}: 20 records read" in said
