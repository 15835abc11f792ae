"""`authmeter check` reports on the folder, its registry and sources, and on a file as a source reads it."""

from __future__ import annotations

import gzip
import json
import os
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines.commands.check import check_landing
from pipelines.commands.check.check import check_file
from pipelines.commands.check.check_newest import HINTS
from pipelines.commands.check.check_registry import print_bad_rows
from pipelines.common.project import PROJECT
from pipelines.contract.registry.registry import Registry, load_registry
from pipelines.contract.registry.row_files import Problem
from tests.dropped.made import archived
from tests.published_folder import MARKED_DEVICE, MARKED_PHONE, Call, marked
from tests.support import DAY, DataFolder, as_csv, days_before, lines, record, records, tree, write_line_source

NO_JSON = b"2026-03-10 10:00:00 INFO login ok " * 60


def test_check_shows_the_first_records_in_the_order_of_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_line_source(tmp_path, "line")
    # The records of this test must not grow too old with it.
    (tmp_path / "authmeter.toml").write_text("retention_days = 36500\n")
    (tmp_path / "a.txt").write_text("".join(f"z{number:02}\n" for number in range(40, 0, -1)))
    assert check_file(tmp_path, "x", tmp_path / "a.txt") == 0
    listed = [line for line in capsys.readouterr().out.splitlines() if "event_id=" in line]
    assert len(listed) == 20
    assert "  event_id=z40  " in listed[0]
    assert "  event_id=z21  " in listed[-1]


def test_a_check_of_a_sound_folder_ends_with_0(call: Call, published: DataFolder) -> None:
    ended = call("check", data=published.root)
    assert ended.code == 0
    assert "2 apps" in ended.out
    assert "canonical" in ended.out


@pytest.mark.parametrize("arguments", [(), (__file__,)])
def test_a_check_of_no_folder_is_refused(call: Call, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ended = call("check", *arguments, data=tmp_path / "typo")
    assert ended.code == 2
    assert "The folder does not exist." in ended.err
    assert str(tmp_path / "typo") in ended.err


def test_a_check_says_that_landing_is_empty_and_where_it_is(call: Call, folder: DataFolder) -> None:
    ended = call("check", data=folder.root)
    assert ended.code == 0
    assert f"empty: no log in {folder.store.landing}" in ended.out
    # Files that are left alone for their names are no logs, and listed.
    (folder.store.landing / ".old").mkdir(parents=True)
    one = "ignored    1 name that starts with . or _ or ends in .tmp, .part or .crc: .old\n"
    assert one in call("check", data=folder.root).out
    for name in (".old/a.log", "x.log.tmp", "y.log.PART"):
        (folder.store.landing / name).write_bytes(b"")
    ended = call("check", data=folder.root)
    assert ended.code == 0
    assert "empty" not in ended.out
    assert "no log: links, special files, and names that start with . or _" in ended.out
    assert (
        "ignored    3 names that start with . or _ or end in .tmp, .part or .crc: .old, x.log.tmp, y.log.PART\n"
        in ended.out
    )


def test_a_check_names_files_that_nobody_reads(call: Call, folder: DataFolder) -> None:
    folder.land("week.xlsx", b"PK")
    folder.land("b/auth.log.br", b"\x1b")
    ended = call("check", data=folder.root)
    assert ended.code == 3
    assert "2 files read by no source" in ended.out
    assert "landing/week.xlsx: a spreadsheet: save it as CSV" in ended.out
    assert "landing/b/auth.log.br: compressed in an unsupported way: repack it as .gz or .zst" in ended.out
    folder.write("authmeter.toml", 'ignore = ["*.xlsx", "b/*"]\n')
    ended = call("check", data=folder.root)
    assert ended.code == 0
    assert "landing/week.xlsx: named by `ignore`" in ended.out


def test_a_check_names_files_of_which_nothing_would_count(call: Call, folder: DataFolder, yesterday: date) -> None:
    folder.land("a text.log", NO_JSON)
    folder.land("near.csv.gz", gzip.compress(b"eventId,appkey\n" + b"1,shop\n" * 300))
    folder.land("gbk.csv", as_csv(records(90, yesterday, "g", account_id="商城")).decode().encode("gb18030"))
    folder.land("half.ndjson", [*records(20, yesterday, "h"), *records(40, yesterday, "i", channel="fax")])
    folder.land("good.ndjson", records(40_000, yesterday, "j"))
    before = tree(folder.root)
    ended = call("check", data=folder.root)
    assert ended.code == 3
    assert (
        "warning    nothing_accepted: 2 files without a valid record: a text.log (its lines are not JSON" in ended.out
    )
    assert "near.csv.gz (names that are close to names of the log format (eventId → event_id, appkey" in ended.out
    assert (
        "mostly_rejected: 1 file with more rejected than accepted records: half.ndjson (most often invalid:ch"
        in ended.out
    )
    assert "gbk.csv" not in ended.out
    assert "good.ndjson" not in ended.out
    assert tree(folder.root) == before


def test_a_check_of_many_new_files_looks_into_some(
    call: Call, folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_landing, "_MOST_EXAMINED", 3)
    for number in range(5):
        folder.land(f"{number:03}.json", NO_JSON)
    ended = call("check", data=folder.root)
    assert "5 files are new; only the first 3 are examined" in ended.out
    assert "3 files without a valid record: 000.json" in ended.out


def test_a_check_of_a_file_of_which_nothing_counts_says_why(
    call: Call, folder: DataFolder, tmp_path: Path, yesterday: date
) -> None:
    file = tmp_path / "try.json"
    file.write_bytes(NO_JSON)
    ended = call("check", file, data=folder.root)
    assert ended.code == 3
    assert "  likely     its lines are not JSON: write a source mapping" in ended.out
    # The rejected records are printed, and no page may exist yet.
    file.write_bytes(b'{"a": 1,\n' * 3)
    ended = call("check", file, data=folder.root)
    assert "  likely     most often malformed: see the rejected records\n" in ended.out
    assert "  rejected   line 1: malformed" in ended.out
    file = tmp_path / "gbk.csv"
    file.write_bytes(as_csv(records(4, yesterday, account_id="商城")).decode().encode("gb18030"))
    ended = call("check", file, data=folder.root)
    assert ended.code == 0
    assert "read as GB18030" in ended.out


def test_a_check_of_an_archive_is_one_of_its_members(
    call: Call, folder: DataFolder, tmp_path: Path, yesterday: date
) -> None:
    members = {"x/a.log": lines(records(4, yesterday)), "README.md": b"read me", "../b.log": b"{}"}
    file = tmp_path / "a.zip"
    file.write_bytes(archived(members))
    ended = call("check", file, data=folder.root)
    assert ended.code == 3
    assert "a.zip!x/a.log as canonical: 4 records read, 4 accepted" in ended.out
    assert "a.zip!README.md is read by no source" in ended.out
    assert "a.zip!../b.log is refused: The member has a name that leads out of the archive." in ended.out
    folder.land("b.zip", archived({"a.log": lines(records(4, yesterday)), "b.log": NO_JSON}))
    ended = call("check", data=folder.root)
    assert "2 files canonical" in ended.out
    assert "1 file without a valid record: b.zip!b.log (its lines are not JSON" in ended.out
    assert "4 sign-in records in the newest 1 file" in ended.out


def test_a_check_lists_bad_rows_and_ends_with_2(call: Call, folder: DataFolder) -> None:
    folder.write("registry/apps.csv", "app_key,app_name,app_secret\nshop,Shop,s3cr3t\nbad key,B,s3cr3t\n")
    ended = call("check", data=folder.root)
    assert ended.code == 2
    assert "registry/apps.csv, line 1: secret:app_secret" in ended.out
    assert "registry/apps.csv, line 3: invalid:app_key" in ended.out
    assert "s3cr3t" not in ended.out


def test_every_reason_of_a_bad_row_comes_with_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each row has one fault in one column: a value in the form of a spreadsheet, or a typing error."""
    files = {
        "apps.csv": "app_key,platform,created_at,status,my_token\na b,,,,\na,PC,,,\nb,,soon,,\nc,,,on,\nd,,,,\nd,,,,\n",
        "schemes.csv": "scheme_id,app_key,package_name,methods\n1,a,a b,\n1,a,a,sms\n,a,,\n",
        "notes.csv": "day,app_key,text,incident_id\n11.23.2026,,a,\n2026-11-23,a b,a,\n2026-11-23,a,a,17\n",
        "result_codes.csv": "vendor,layer,platform,code,outcome,stage\nv,net,*,1,error,\nv,sdk,*,1,bad,\n"
        "v,sdk,*,1,,bad\nv,sdk,mac,1,error,\n",
        "accounts.csv": f"app_key,vendor,account_id\na,{'v' * 129},x\na,v,{'x' * 129}\na,v,\na,v,x\na,v,x\n",
        "limits.csv": "limit_id,channel,key,max_requests,window\na,number,app,1,day\na,,imei,1,day\n"
        f"a,,app,0,day\na,,app,1,1h\n{'a' * 129},,app,1,day\n",
        "resource_packages.csv": "resource_package_id,account_id,quantity,purchased_at,expires_at,price\n"
        'p,,"100,000",2026-01-12,,\np,,1,2026/1/12,,\np,,1,2026-01-12,2026-01-11,\np,,1,2026-01-12,,1 元\n'
        f"p,{'x' * 129},1,2026-01-12,,\n{'p' * 129},,1,2026-01-12,,\np,,10,2026-01-12,,\n",
        "resource_package_readings.csv": "resource_package_id,read_at,remaining\nq,2026-02-01,1\np,2025-02-01,1\n"
        "p,2026-02-01,11\n",
        "console/a.csv": "day,account_id,channel,total,success,failed,unknown,billed,total\n2026/3/1,x,number,,,,,,\n"
        "2026-03-01,x,sms,,,,,,\n2026-03-01,x,number,-1,,,,,\n2026-03-01,x,number,,1.0,,,,\n"
        "2026-03-01,x,number,,,1 200,,,\n2026-03-01,x,number,,,,many,,\n2026-03-01,x,number,,,,,1e3,\n2026-03-01,x\n",
        "bills/a.csv": "month,account_id,channel,quantity,overflow_quantity,amount\n2026-3,x,number,1,,\n"
        "2026-03,x,number,1.5,,\n2026-03,x,number,1,some,\n2026-03,x,number,1,,¥1\n",
        "bills/a.xlsx": "",
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    registry = load_registry(tmp_path)
    print_bad_rows(registry)
    said = capsys.readouterr().out.splitlines()
    reasons = {problem.reason for problem in registry.problems}
    assert [
        reason for reason in sorted(reasons) if not any(one.startswith(f"to do      {reason}: ") for one in said)
    ] == []
    assert len(reasons) > 35
    assert sum(line.startswith("bad row") for line in said) == 21
    assert f"bad row    … and {len(registry.problems) - 20} more" in said
    (platform,) = (one for one in said if one.startswith("to do      invalid:platform: "))
    assert platform.endswith("for any, nothing in apps.csv, * in result_codes.csv")


def test_what_is_wrong_with_a_whole_file_of_the_registry_comes_with_what_to_do(
    call: Call, folder: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    """A Chinese spreadsheet saves files as GBK. Users may paste the line of an incident's card without a header."""
    folder.write("registry/notes.csv", "2026-11-27,wallet,mended,0a4b1c2d3e4f5061\n")
    (folder.root / "registry" / "apps.csv").write_bytes("app_key,app_name\nshop,商城\n".encode("gb18030"))
    ended = call("check", data=folder.root)
    assert ended.code == 2
    assert "to do      not_utf_8: save the file as CSV UTF-8\n" in ended.out
    assert "to do      no_column:day: write the names of the columns into the first line, separated by" in ended.out
    print_bad_rows(Registry(problems=[Problem("registry/console", 1, "unreadable", "", costs_row=False)]))
    assert "to do      unreadable: give the user that runs authmeter the right" in capsys.readouterr().out


def test_a_check_says_how_much_of_each_kind_is_written_down(call: Call, folder: DataFolder) -> None:
    folder.write("registry/console/a.csv", "day,account_id,channel,billed\n2026-03-01,default,one_click,5\n")
    folder.write("registry/bills/a.csv", "month,account_id,channel,quantity\n202603,x,number,5\n202602,x,number,5\n")
    ended = call("check", data=folder.root)
    assert ended.code == 0
    assert ", 1 console row, 2 bill rows\n" in ended.out
    assert " limit" not in ended.out


def test_a_check_of_a_file_shows_it_as_the_source_reads_it(
    call: Call, published: DataFolder, tmp_path: Path, yesterday: date
) -> None:
    file = tmp_path / "try.ndjson"
    file.write_bytes(lines([*records(30, yesterday), marked("m", yesterday)]))
    before = tree(published.root / "warehouse")
    ended = call("check", "--source", "canonical", file, data=published.root)
    assert ended.code == 0
    assert "31 records read, 31 accepted, 0 rejected, 0 skipped" in ended.out
    assert ended.out.count("event_id=") == 20
    assert MARKED_PHONE not in ended.out
    assert MARKED_DEVICE not in ended.out
    assert tree(published.root / "warehouse") == before


def test_a_check_of_a_file_in_landing_takes_the_source_of_its_folder(
    call: Call, folder: DataFolder, tmp_path: Path, yesterday: date
) -> None:
    file = folder.land(
        "docker/a.log", [{"log": lines([row]).decode(), "stream": "stdout"} for row in records(3, yesterday)]
    )
    link, outside = tmp_path / "link", tmp_path / "outside.ndjson"
    link.symlink_to(folder.root)
    outside.symlink_to(file)
    linked = link / "landing/docker/a.log"
    for data, path in (
        (folder.root, file),
        (folder.root, linked),
        (folder.root, outside),
        (link, file),
        (link, file.parent / "../docker/a.log"),
    ):
        ended = call("check", path, data=data)
        assert ended.code == 0
        assert ended.out.startswith("docker/a.log as docker: 3 records read, 3 accepted")


@pytest.mark.parametrize(
    ("name", "linked", "source"),
    [
        ("_a.ndjson", None, "canonical"), (".folder/a.ndjson", None, "canonical"),
        ("link.ndjson", "link.ndjson", "canonical"), ("docker/a.log", "docker", "docker"),
    ],
)  # fmt: skip
def test_a_check_of_a_file_that_a_run_ignores_says_so(
    call: Call, folder: DataFolder, tmp_path: Path, yesterday: date, name: str, linked: str | None, source: str
) -> None:
    """A run ignores these files because of their names, or because they are links or below one.

    A check reads them with the source mapping of their path.
    """
    file = folder.land(name, records(3, yesterday))
    if linked:
        place = folder.store.landing / linked
        place.rename(tmp_path / linked)
        place.symlink_to(tmp_path / linked)
    ended = call("check", file, data=folder.root)
    assert ended.code == 3
    assert f"warning    a run ignores {file}: links, " in ended.out
    assert f" as {source}: 3 records read, 3 accepted" in ended.out
    folder.ingest(yesterday)
    assert folder.manifest.files == []


def test_a_check_of_a_file_tells_what_is_rejected_and_what_a_run_would_find_too_old(
    call: Call, published: DataFolder, tmp_path: Path, yesterday: date
) -> None:
    file = tmp_path / "try.ndjson"
    first = days_before(yesterday, 400)
    rejected = marked("m", yesterday, channel="fax")
    file.write_bytes(lines([record("e1", yesterday), rejected, *records(3, days_before(first, 1)), *records(2, first)]))
    ended = call("check", file, data=published.root)
    assert ended.code == 3
    assert "line 2: invalid:channel" in ended.out
    assert MARKED_PHONE not in ended.out
    assert MARKED_DEVICE not in ended.out
    assert "7 records read, 6 accepted, 1 rejected" in ended.out
    assert f"3 accepted records are of days before {first}: a run rejects them as too_old:event_time" in ended.out


def test_a_check_takes_the_old_records_of_a_log_that_grew_as_a_run_does(
    call: Call, folder: DataFolder, yesterday: date
) -> None:
    first = days_before(yesterday, 61)
    folder.write("authmeter.toml", "retention_days = 60\n")
    folder.land("grown.ndjson", records(30, first))
    folder.ingest(days_before(yesterday, 1))
    folder.land("grown.ndjson", records(30, first) + records(3, yesterday))
    ended = call("check", data=folder.root)
    assert (ended.code, "warning" in ended.out) == (0, False)
    assert "33 sign-in records" in ended.out
    ended = call("check", folder.store.landing / "grown.ndjson", data=folder.root)
    assert (ended.code, "too_old" in ended.out) == (0, False)
    # Elsewhere, the same file is a new one.
    (folder.root / "grown.ndjson").write_bytes((folder.store.landing / "grown.ndjson").read_bytes())
    assert "30 accepted records are of days before" in call("check", folder.root / "grown.ndjson", data=folder.root).out
    folder.ingest(yesterday)
    newest = folder.files("grown.ndjson")[-1]
    assert (newest.accepted, newest.rejected) == (33, 0)


def test_a_check_refuses_another_zone(call: Call, folder: DataFolder, yesterday: date) -> None:
    folder.land("a.ndjson", records(1, yesterday))
    folder.ingest(yesterday)
    folder.write("authmeter.toml", 'timezone = "Asia/Tokyo"\n')
    ended = call("check", data=folder.root)
    assert ended.code == 2
    assert "The business time zone was Asia/Shanghai and is now Asia/Tokyo." in ended.err


def test_a_check_of_a_damaged_file_ends_with_1(call: Call, published: DataFolder, tmp_path: Path) -> None:
    (tmp_path / "try.ndjson.gz").write_bytes(b"no gzip")
    assert call("check", tmp_path / "try.ndjson.gz", data=published.root).code == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--source", "canonical"), "needs a FILE"),
        (("--source", "nobody", __file__), "source 'nobody' does not exist"),
        (("nothing.ndjson",), "Give the path of one log file"),
        (("docs",), "It is a folder"),
        (("Makefile",), "No source matches"),
        (("Makefile",), "rename it to .ndjson, .csv or .parquet"),
    ],
)
def test_a_check_of_what_is_not_there_is_refused(
    call: Call, published: DataFolder, arguments: tuple[str, ...], words: str
) -> None:
    ended = call("check", *arguments, data=published.root)
    assert ended.code == 2
    assert words in ended.err


MAPPING = """name = "gateway"
files = ["gateway/*.ndjson"]
where = "kind = 'login'"
[fields]
event_id = "id"
event_time = "time"
app_key = "'shop'"
channel = "'qq'"
stage = "'login'"
outcome = "'success'"
"""


def raw(count: int, day: date, kind: str = "login") -> bytes:
    return lines({"id": n, "time": f"{day}T10:00:00+08:00", "kind": kind, "cost": "12ms"} for n in range(count))


def test_a_check_says_what_the_mappings_cannot_mean(call: Call, folder: DataFolder, yesterday: date) -> None:
    folder.write("sources/gateway.toml", MAPPING)
    ended = call("check", data=folder.root)
    assert ended.code == 3
    assert "warning    source gateway: it reads no file" in ended.out
    folder.land("gateway/pings.ndjson", raw(9, yesterday, "ping"))
    folder.land("gateway/a.ndjson", raw(2, yesterday))
    assert call("check", data=folder.root).code == 0
    wrong = MAPPING + 'latency_ms = "cost::INTEGER"\ndevice_id = "dev"\n'
    folder.write("sources/gateway.toml", wrong)
    for ended in (
        call("check", data=folder.root),
        call("check", folder.root / "landing/gateway/a.ndjson", data=folder.root),
    ):
        assert ended.code == 3
        assert "no record has the column dev" in ended.out
        assert "the expression of latency_ms gives no record a value: it fails, or its text is empty" in ended.out
        assert "device_id is empty in every record" in ended.out
    folder.write("sources/gateway.toml", MAPPING.replace("kind =", "type ="))
    ended = call("check", data=folder.root)
    assert ended.code == 3
    assert "`where` keeps no record" in ended.out
    folder.land("gateway/cut.ndjson.gz", b"no gzip")
    folder.write("sources/gateway.toml", MAPPING.replace("*.ndjson", "*.gz"))
    ended = call("check", data=folder.root)
    assert ended.code == 3
    assert "landing/gateway/cut.ndjson.gz: " in ended.out


def test_a_check_goes_on_when_a_file_leaves_landing_meanwhile(
    call: Call, folder: DataFolder, yesterday: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write("sources/gateway.toml", MAPPING + 'device_id = "dev"\n')
    rotated = folder.land("gateway/a.ndjson", raw(2, yesterday))
    folder.land("gateway/longer.ndjson", raw(1, yesterday))

    def listed(*given: Any) -> Any:
        found = check_landing.check_landing(*given)
        rotated.unlink()
        return found

    monkeypatch.setattr("pipelines.commands.check.check.check_landing", listed)
    ended = call("check", data=folder.root)
    assert ended.code == 3
    assert "landing/gateway/longer.ndjson: no record has the column dev" in ended.out


def test_a_check_looks_again_into_files_whose_mapping_was_mended(
    call: Call, folder: DataFolder, yesterday: date
) -> None:
    folder.land("good.ndjson", records(3, yesterday))
    folder.land("gateway/a.ndjson", raw(60, yesterday))
    folder.ingest(yesterday)
    assert "no name in it is a field" in call("check", data=folder.root).out
    folder.write("sources/gateway.toml", MAPPING.replace("'qq'", "'fax'"))
    ended = call("check", data=folder.root)
    assert ended.code == 3
    assert "landing    1 file read by another mapping: `authmeter reread` for gateway/a.ndjson\n" in ended.out
    assert "no name in it is a field" not in ended.out
    assert "most often invalid:channel" in ended.out
    folder.write("sources/gateway.toml", MAPPING)
    ended = call("check", data=folder.root)
    assert ended.code == 0
    assert "`authmeter reread` for gateway/a.ndjson" in ended.out


def test_a_check_warns_of_files_before_and_after_the_run_that_reads_them(
    call: Call, folder: DataFolder, yesterday: date
) -> None:
    folder.land("good.ndjson", records(300, yesterday))
    folder.land("text.log", NO_JSON)
    folder.land("cut.log.gz", gzip.compress(lines(records(300, yesterday)))[:-20])
    folder.land("book.csv", b"PK\x03\x04" + bytes(2000))
    said = (
        "warning    damaged_files: 2 files damaged and not counted: "
        "book.csv (not what its name says, it is a zip archive or an Office file: give it the name of its format, or "
        "deliver it as UTF-8 text); "
        "cut.log.gz (cut or corrupt, it ends too early: deliver it again)\n"
    )
    for _ in range(2):
        ended = call("check", data=folder.root)
        assert ended.code == 3
        assert said in ended.out
        assert "1 file without a valid record: text.log (its lines are not JSON" in ended.out
        folder.ingest(yesterday)


def test_a_check_reads_a_first_line_or_object_of_more_than_a_megabyte_whole(
    call: Call, folder: DataFolder, yesterday: date
) -> None:
    folder.land("line.ndjson", [record("long", yesterday, extra="x" * 1_500_000)])
    folder.land("wrapped.json", json.dumps({"records": records(6000, yesterday)}, indent=1).encode())
    named = "1 file without a valid record: wrapped.json (no name in it is a field of the log format"
    ended = call("check", data=folder.root)
    assert ended.code == 3
    assert named in ended.out
    assert "1 sign-in record in the newest 1 file" in ended.out
    folder.roll_up(yesterday)
    (found,) = [check for check in folder.warnings if check.check_name == "nothing_accepted"]
    assert found.detail.en.startswith(named)
    assert folder.counted() == {yesterday: 1}


def test_a_check_does_not_warn_of_files_that_were_mended_since(call: Call, folder: DataFolder, yesterday: date) -> None:
    folder.land("good.ndjson", records(300, yesterday))
    folder.land("cut.log.gz", gzip.compress(lines(records(300, yesterday)))[:-20])
    folder.land("text.log", NO_JSON)
    folder.land("book.zip", b"PK\x03\x04" + bytes(2000))
    folder.ingest(yesterday)
    assert call("check", data=folder.root).code == 3
    folder.land("cut.log.gz", gzip.compress(lines(records(300, yesterday, "c"))))
    folder.land("text.log", records(300, yesterday, "t"))
    folder.write("authmeter.toml", 'ignore = ["book.zip"]\n')
    for _ in range(2):
        ended = call("check", data=folder.root)
        assert (ended.code, "warning" in ended.out) == (0, False)
        for name in ("cut.log.gz", "text.log"):
            (folder.store.landing / name).unlink(missing_ok=True)


def test_a_check_says_what_the_newest_files_have_for_sessions_and_funnel(call: Call, folder: DataFolder) -> None:
    folder.write("authmeter.toml", "retention_days = 36500\n")
    app = [record(f"a{n}", stage=stage, device_id="d1") for n, stage in enumerate(("page", "click", "authorize"))]
    folder.land("app.ndjson", [*app, record("p", stage="prefetch"), record("v", channel="local_verify")])
    folder.land("server.csv", as_csv([record("s1", stage="login")]))
    for number in range(9):
        os.utime(folder.land(f"old{number}.ndjson", records(9)), (number, number))
    ended = call("check", data=folder.root)
    assert ended.code == 0
    lines = [line for line in ended.out.splitlines() if line.startswith(("sign-in ", "hint "))]
    assert (
        lines[0]
        == "sign-in    canonical: 76 sign-in records in the newest 10 files: 3.9% with a subject, 1.3% page, 1.3% click"
    )
    hints = [next(hint for hint, words in HINTS.items() if words in line) for line in lines[1:]]
    assert hints == ["subject", "page", "click"]
    assert "hint       canonical: too few records of the step click to show its rate; log a record" in ended.out


def test_a_check_counts_the_sign_in_records_of_each_source(call: Call, folder: DataFolder) -> None:
    """The server logs neither pages nor clicks, but the app does, so the funnel lacks no step."""
    folder.write("authmeter.toml", "retention_days = 36500\n")
    server = MAPPING.replace("'qq'", "'one_click'") + "attempt_id = \"nullif(attempt, '')\"\n"
    folder.write("sources/gateway.toml", server)
    attempts = ("t1", "", "t2", "")
    folder.land("gateway/a.ndjson", lines(
        {"id": n, "time": f"{DAY}T10:00:00+08:00", "kind": "login", "attempt": attempt}
        for n, attempt in enumerate(attempts)
    ))  # fmt: skip
    steps = ("page", "page", "click", "click", "click")
    app = [record(f"a{n}", stage=stage, device_id="d1") for n, stage in enumerate(steps)]
    folder.land("app.ndjson", [*app, record("w", channel="wechat", stage="page", device_id="d1")])
    said = call("check", data=folder.root).out
    assert [line for line in said.splitlines() if line.startswith(("sign-in ", "hint "))] == [
        "sign-in    canonical: 6 sign-in records in the newest 1 file: 100.0% with a subject, 33.3% page, 50.0% click",
        "sign-in    gateway: 4 sign-in records in the newest 1 file: 50.0% with a subject, 0.0% page, 0.0% click",
        # The canonical source has it all.
        f"hint       gateway: records without a subject are in no session; log {HINTS['subject']} (docs/log-format.md, "
        "Log a sign-in)",
    ]


def test_a_check_lists_unmapped_codes_before_a_run(call: Call, folder: DataFolder) -> None:
    """The dictionary has 600000 of umeng's SDK. A code whose outcome is logged needs no dictionary."""
    folder.write("authmeter.toml", "retention_days = 36500\n")
    coded = {"outcome": None, "platform": "ipad"}
    unmapped = records(2, prefix="x", result_code="999", **coded)
    folder.land("app.ndjson", [
        *records(2, result_code="600000", **coded),
        *unmapped,
        *unmapped,
        *records(1, prefix="y", result_code="\x1b[2J", channel="wechat", outcome=None),
        *records(1, prefix="p", result_code="13812345678", **coded),
        *records(1, prefix="z", result_code="998"),
    ])  # fmt: skip
    ended = call("check", data=folder.root)
    assert ended.code == 0
    assert [line for line in ended.out.splitlines() if line.startswith("codes ")] == [
        "codes      canonical: 3 unmapped codes, counted as error until registry/result_codes.csv has a row for each "
        "(docs/engineer.md, The code dictionary)",
        "codes      canonical: umeng,sdk,ios,999: 2 records",
        "codes      canonical: umeng,sdk,ios,***: 1 record",
        "codes      canonical: wechat,oauth,*,\\x1b[2J: 1 record",
    ]
    folder.land("app.ndjson", unmapped)
    assert (
        "1 unmapped code, counted as error until registry/result_codes.csv has a row for it ("
        in call("check", data=folder.root).out
    )
    assert "## The code dictionary" in (PROJECT / "docs" / "engineer.md").read_text("utf-8")


def test_a_failed_try_and_the_log_of_the_server_need_no_page_of_their_own(call: Call, folder: DataFolder) -> None:
    """The example of the log format has each step in one session, so no hint is printed."""
    folder.write("authmeter.toml", "retention_days = 36500\n")
    page = (PROJECT / "docs" / "log-format.md").read_text("utf-8")
    (log,) = re.findall(r"```ndjson\n(.*?)```", page, re.DOTALL)
    folder.land("auth.ndjson", log.encode())
    said = [line for line in call("check", data=folder.root).out.splitlines() if line.startswith(("sign-in ", "hint "))]
    assert said == [
        "sign-in    canonical: 5 sign-in records in the newest 1 file: 100.0% with a subject, 20.0% page, 20.0% click"
    ]
    # Two more sign-ins without a page and a click: they are in one of three.
    more = [
        record(f"{stage}{n}", stage=stage, attempt_id=f"other{n}") for n in range(2) for stage in ("authorize", "login")
    ]
    folder.land("more.ndjson", more)
    said = [line for line in call("check", data=folder.root).out.splitlines() if line.startswith("hint ")]
    assert [next(hint for hint, words in HINTS.items() if words in line) for line in said] == ["page", "click"]


def test_what_a_hint_says_stands_in_the_log_format() -> None:
    page = " ".join((PROJECT / "docs" / "log-format.md").read_text("utf-8").split())
    assert [hint for hint, words in HINTS.items() if words not in page] == []
    assert "## Log a sign-in" in page
