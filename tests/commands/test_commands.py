"""Every command as a user types it: what it does, how it ends, and what it says when it cannot go on."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path
from zipfile import ZipFile

import duckdb
import pyarrow.parquet as pq
import pytest

from pipelines.commands import dev
from pipelines.common.project import PROJECT
from tests.published_folder import MARKED_DEVICE, MARKED_PHONE, Ended, authmeter, marked
from tests.support import KEY, DataFolder, days_before, lines, record, records

Call = Callable[..., Ended]
COMMANDS = (
    "run",
    "backfill",
    "reread",
    "demo",
    "sample",
    "export",
    "check",
    "accept",
    "dev",
    "serve",
    "status",
    "verify",
    "alert",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_tells_its_use(call: Call, command: str) -> None:
    ended = call(command, "--help")
    assert ended.code == 0
    assert "--data" in ended.out
    assert command in ended.out


@pytest.mark.parametrize("command", COMMANDS)
def test_a_help_screen_shows_arguments_once_bracketed_and_switches_without_a_type(call: Call, command: str) -> None:
    out = call(command, "--help").out
    assert "[[" not in out
    assert "<bool>" not in out
    assert call("--help").out.count("<bool>") == 0


def test_the_program_lists_its_commands(call: Call) -> None:
    ended = call("--help")
    assert ended.code == 0
    assert all(command in ended.out for command in COMMANDS)


@pytest.mark.parametrize(
    "arguments",
    [
        ("fly",), ("run", "--day", "yesterday"), ("run", "--day", "2026-02-30"), ("run", "--speed", "1"), ("backfill",
        "2026-03-10"),
        ("export", "--app", "shop"), ("sample",), ("accept",), ("check", "--source"),
    ],
)  # fmt: skip
def test_wrong_use_ends_with_2(call: Call, arguments: tuple[str, ...]) -> None:
    assert call(*arguments).code == 2


# --- run


def test_the_first_run_publishes_and_says_where(published: DataFolder, yesterday: date) -> None:
    assert published.rows("SELECT as_of, run FROM publication") == [(yesterday, 1)]
    assert published.rows("SELECT sum(records_accepted)::INTEGER, sum(duplicates)::INTEGER FROM day_quality") == [
        (755, 0)
    ]
    assert (published.store.site / "index.html").is_file()


def tree(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_a_run_with_nothing_new_leaves_the_site_untouched(own: DataFolder, yesterday: date) -> None:
    site, link, made = tree(own.store.site), os.readlink(own.store.site), own.store.database.stat().st_mtime_ns
    ended = authmeter("run", data=own.root)
    assert ended.code == 0
    assert f"published as of {yesterday}: {own.store.site / 'index.html'}" in ended.out
    assert tree(own.store.site) == site
    assert (os.readlink(own.store.site), own.store.database.stat().st_mtime_ns) == (link, made)


def test_the_sites_manifest_lists_every_other_file(published: DataFolder, yesterday: date) -> None:
    files = tree(published.store.site)
    manifest = json.loads(files.pop("manifest.json"))
    assert manifest["as_of"] == str(yesterday)
    assert manifest["generated_at"] == published.manifest.generated_at
    assert {entry["path"]: entry["bytes"] for entry in manifest["files"]} == {
        name: len(content) for name, content in files.items()
    }


def test_a_day_that_is_not_over_is_refused(call: Call, own: DataFolder, yesterday: date) -> None:
    ended = call("run", "--day", yesterday + timedelta(days=1), data=own.root)
    assert ended.code == 2
    assert f"{yesterday + timedelta(days=1)} is not over" in ended.err


def test_a_day_before_all_days_is_refused_and_no_failed_run(call: Call, own: DataFolder) -> None:
    ended = call("run", "--day", "1999-12-31", data=own.root)
    assert ended.code == 2
    assert "1999-12-31 lies before 2000-01-01" in ended.err
    assert call("status", data=own.root).code == 0


def test_a_run_over_a_folder_without_any_log_warns_and_says_where_it_looked(tmp_path: Path) -> None:
    ended = authmeter("run", data=tmp_path / "typo")
    assert ended.code == 3
    assert "warning: day_is_there: no record of" in ended.out
    assert f"no log was ever found in {tmp_path / 'typo' / 'landing'}" in ended.out


@pytest.mark.parametrize("command", ["run", "check", "status"])
def test_a_data_folder_without_a_name_is_refused(call: Call, command: str) -> None:
    ended = call(command, "--data", "")
    assert ended.code == 2
    assert "empty" in ended.err


def test_another_hash_key_is_refused(own: DataFolder) -> None:
    site = tree(own.store.site)
    ended = authmeter("run", data=own.root, AUTHMETER_HASH_KEY="quite another key for this folder")
    assert ended.code == 2
    assert "hash key is not the one" in ended.err
    assert "quite another key" not in ended.err + ended.out
    assert tree(own.store.site) == site


@pytest.mark.parametrize(
    "command", [("run",), ("backfill", "2026-03-01", "2026-03-02"), ("check",), ("dev",), ("status",)]
)
def test_a_wrong_setting_is_refused_by_name(call: Call, own: DataFolder, command: tuple[str, ...]) -> None:
    own.write("authmeter.toml", "retention = 30\n")
    ended = call(*command, data=own.root)
    assert ended.code == 2
    assert "`retention` is not known" in ended.err
    assert str(own.root / "authmeter.toml") in ended.err


def test_a_wrong_source_is_refused_by_place(call: Call, own: DataFolder) -> None:
    own.write("sources/x.toml", 'name = "x"\nfiles = ["*"]\n[fields]\ndevice = "a"\n')
    ended = call("run", data=own.root)
    assert ended.code == 2
    assert "x.toml" in ended.err


def test_a_failed_run_ends_with_1_and_the_last_good_report_stands(own: DataFolder) -> None:
    site = tree(own.store.site)
    own.land("new.ndjson", records(5, prefix="new"))
    (own.store.warehouse / "manifest.json").write_text("{")
    ended = authmeter("run", data=own.root)
    assert ended.code == 1
    assert "The manifest cannot be read" in ended.err
    assert "what to do:" in ended.err
    assert tree(own.store.site) == site
    told = json.loads((own.root / "status.json").read_bytes())
    assert (told["state"], told["last_run"]["result"]) == ("failed", "failed")
    assert told["last_run"]["error"]["what"].startswith("The manifest cannot be read")
    assert told["to_do"]


HOLDER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from pipelines.common.lock import hold
from pipelines.store.store import Store
with hold(Store(Path(sys.argv[1])).lock, "run", datetime.now(UTC)):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held(folder: DataFolder) -> Iterator[int]:
    """Another process holds the data folder; gives its number."""
    command = [sys.executable, "-c", HOLDER, str(folder.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder.pid
        holder.communicate("")


@pytest.mark.parametrize("command", [("run",), ("accept", "a.ndjson")])
def test_a_second_run_at_once_ends_with_1_and_says_who_holds_the_folder(
    call: Call, own: DataFolder, command: tuple[str, ...]
) -> None:
    with held(own) as process:
        ended = call(*command, data=own.root)
    assert ended.code == 1
    assert f"process {process} has been doing `run` since" in ended.err


def test_reading_commands_do_not_wait_for_a_run(call: Call, own: DataFolder) -> None:
    with held(own):
        assert call("status", data=own.root).code == 0
        assert call("check", data=own.root).code == 0


def test_the_published_file_can_be_read_at_any_time_of_a_run(own: DataFolder, yesterday: date) -> None:
    own.land("new.ndjson", records(4000, yesterday, "new"))
    command = [sys.executable, "-m", "pipelines", "run", "--data", str(own.root)]
    whole = (
        "SELECT run, (SELECT sum(records) FROM outcome_daily), "
        "(SELECT sum(records_accepted - duplicates) FROM day_quality) FROM publication"
    )
    # A process of its own, as an analyst's is: within one process DuckDB gives the file that is open already.
    opened = f"duckdb.connect({str(own.store.database)!r}, read_only=True)"
    query = f"import duckdb; print({opened}.execute({whole!r}).fetchone())"
    seen = set()
    with (
        closing(duckdb.connect(str(own.store.database), read_only=True)) as early,
        subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as running,
    ):
        while running.poll() is None:
            seen.add(subprocess.run([sys.executable, "-c", query], capture_output=True, text=True, check=True).stdout)
            time.sleep(0.05)
        assert early.execute("SELECT run FROM publication").fetchall() == [(1,)]
        assert running.stderr is not None
        assert running.returncode in (0, 3), running.stderr.read()
    assert own.rows(whole) == [(2, 4755, 4755)]
    assert seen <= {"(1, 755, 755)\n", "(2, 4755, 4755)\n"}
    assert "(1, 755, 755)\n" in seen


# --- backfill


def test_a_backfill_computes_those_days_anew(own: DataFolder, yesterday: date) -> None:
    before, rows = own.manifest, own.rows("SELECT * FROM channel_daily")
    # As if the tables of all days were of an older authmeter, which counted otherwise.
    for entry in before.days.values():
        entry.content = "other tables"
    own.store.commit(before)
    ended = authmeter("backfill", days_before(yesterday, 1), yesterday, data=own.root)
    assert ended.code == 0
    anew = [day for day, entry in sorted(own.manifest.days.items()) if entry.content != "other tables"]
    assert anew == [days_before(yesterday, 1), yesterday]
    assert own.rows("SELECT * FROM channel_daily") == rows
    assert own.rows("SELECT count(*) FROM restatements") == [(0,)]


def test_a_backfill_of_a_span_without_stored_days_says_so(own: DataFolder) -> None:
    ended = authmeter("backfill", "2020-01-01", "2020-01-02", data=own.root)
    assert ended.code == 0
    assert "no stored day in this span" in ended.out


def test_a_backfill_without_anything_published_is_refused(call: Call, folder: DataFolder) -> None:
    ended = call("backfill", "2026-03-01", "2026-03-02", data=folder.root)
    assert ended.code == 2
    assert "Nothing is published yet" in ended.err


def test_a_span_that_ends_before_it_begins_is_refused(call: Call, published: DataFolder) -> None:
    assert call("backfill", "2026-03-02", "2026-03-01", data=published.root).code == 2
    assert call("export", "--app", "shop", "--from", "2026-03-02", "--to", "2026-03-01", data=published.root).code == 2


# --- reread


def test_a_reread_where_nothing_was_mended_changes_nothing(own: DataFolder) -> None:
    # The copied logs have other inodes: a run sees that they are the same.
    authmeter("run", data=own.root)
    site, before = tree(own.store.site), own.manifest
    ended = authmeter("reread", "--from", "2020-01-01", data=own.root)
    assert ended.code == 0
    assert "0 of them changed" in ended.out
    assert tree(own.store.site) == site
    assert own.manifest == before


def test_a_reread_takes_what_a_mended_mapping_gives(own: DataFolder, yesterday: date) -> None:
    own.land("gate.log", b"".join(b"ok %d\n" % n for n in range(50)))
    assert authmeter("run", data=own.root).code == 3
    own.write(
        "sources/gate.toml",
        f"""name = "gate"\nfiles = ["gate*"]\nformat = "lines"\n[fields]\nevent_id = "line"\nstage = "'authorize'"
        event_time = "'{yesterday}T10:00:00+08:00'"\napp_key = "'gate'"\nchannel = "'qq'"\noutcome = "'success'"
        """,
    )
    assert authmeter("reread", "--source", "gate", data=own.root).code == 0
    assert own.rows("SELECT sum(records)::INTEGER FROM outcome_daily WHERE app_key = 'gate'") == [(50,)]
    assert own.rows("SELECT DISTINCT cause FROM restatements") == [("gate.log (read again)",)]


@pytest.mark.parametrize(
    ("arguments", "words"), [(("--source", "nobody"), "no source 'nobody'"), ((), "published yet")]
)
def test_a_reread_that_cannot_be_is_refused(
    call: Call, own: DataFolder, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    ended = call("reread", *arguments, data=own.root if arguments else tmp_path / "new")
    assert ended.code == 2
    assert words in ended.err


# --- sample and demo


@pytest.mark.parametrize("form", ["ndjson", "csv", "parquet"])
def test_a_sample_is_labelled_and_in_the_form_asked_for(call: Call, tmp_path: Path, yesterday: date, form: str) -> None:
    ended = call("sample", "--out", tmp_path, "--days", 2, "--apps", 2, "--events", 50, "--seed", 3, "--format", form)
    assert ended.code == 0
    assert (tmp_path / "landing" / "_SYNTHETIC.md").is_file()
    assert (tmp_path / "landing" / str(yesterday) / f"part-0000.{form}").is_file()
    assert (tmp_path / "registry" / "apps.csv").is_file()


@pytest.mark.parametrize("changes", [("--days", 0), ("--format", "xml"), ("--last-day", "never")])
def test_a_sample_that_cannot_be_made_is_refused(call: Call, tmp_path: Path, changes: tuple[object, ...]) -> None:
    assert call("sample", "--out", tmp_path, "--days", 1, "--apps", 1, "--events", 5, "--seed", 1, *changes).code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_sample_never_goes_among_real_logs(call: Call, published: DataFolder) -> None:
    before = tree(published.store.landing)
    assert call("sample", "--out", published.root, "--days", 1, "--apps", 1, "--events", 5, "--seed", 1).code == 2
    assert tree(published.store.landing) == before


SMALL_DEMO = """
import sys
from datetime import timedelta
from pipelines import cli
from dataclasses import replace
from pipelines.commands import demo
write = demo.write_sample
def write_less(out, spec):
    return write(out, replace(spec, days=8, events=300, last_day=spec.last_day - timedelta(days=1)))
demo.write_sample = write_less
sys.argv = ["authmeter", "demo", "--data", sys.argv[1]]
cli.main()
"""


def test_a_demo_has_a_folder_of_its_own_and_ends_with_0_whatever_warns(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SMALL_DEMO, str(tmp_path)], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    data = tmp_path / "demo"
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]
    assert "warning: day_is_there" in done.stdout
    assert str(data / "site" / "index.html") in done.stdout
    assert DataFolder(data).rows("SELECT is_synthetic FROM publication") == [(True,)]
    # No key was given, so one was made; that is said, the key is not.
    assert f"a random one was made in {data / 'hash.key'}" in done.stdout
    assert (data / "hash.key").read_text().strip() not in done.stdout


# --- export


def export(call: Call, folder: DataFolder, target: Path, *more: object) -> Ended:
    return call(
        "export",
        "--app",
        "shop",
        "--from",
        "2020-01-01",
        "--to",
        "2100-01-01",
        "--out",
        target,
        *more,
        data=folder.root,
    )


def test_an_export_as_csv_is_the_sites_own(call: Call, published: DataFolder, tmp_path: Path) -> None:
    ended = export(call, published, tmp_path / "shop.csv", "--format", "csv")
    assert ended.code == 0
    assert str(tmp_path / "shop.csv") in ended.out
    assert (tmp_path / "shop.csv").read_bytes() == (
        published.store.site / "apps" / "shop" / "usage_detail.csv"
    ).read_bytes()


def test_an_export_as_parquet_holds_typed_columns(call: Call, published: DataFolder, tmp_path: Path) -> None:
    assert export(call, published, tmp_path / "shop.parquet", "--format", "parquet").code == 0
    table = pq.read_table(tmp_path / "shop.parquet")
    assert str(table.schema.field("day").type) == "date32[day]"
    assert sum(table["authorization_requests"].to_pylist()) == 455
    assert set(table["app_name"].to_pylist()) == {"商城"}


def test_an_export_as_xlsx_is_a_workbook(call: Call, published: DataFolder, tmp_path: Path) -> None:
    assert export(call, published, tmp_path / "shop.xlsx", "--format", "xlsx").code == 0
    with ZipFile(tmp_path / "shop.xlsx") as book:
        assert "xl/worksheets/sheet1.xml" in book.namelist()


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_exported_events_are_masked(call: Call, published: DataFolder, tmp_path: Path, form: str) -> None:
    target = tmp_path / f"events.{form}"
    assert export(call, published, target, "--events", "--format", form).code == 0
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(target.read_text("utf-8-sig"))))
    else:
        rows = pq.read_table(target).to_pylist()
    assert len(rows) == 455
    masks = [row["phone_mask"] for row in rows if row["phone_mask"]]
    assert masks == ["166****8877"] * 5
    assert MARKED_PHONE not in str(rows)
    assert MARKED_DEVICE not in str(rows)
    assert len({row["device_hash"] for row in rows if row["device_hash"]}) == 1


@pytest.mark.parametrize("more", [("--app", "nobody"), ("--format", "xml")])
def test_an_export_of_what_is_not_there_is_refused_and_writes_nothing(
    call: Call, published: DataFolder, tmp_path: Path, more: tuple[str, ...]
) -> None:
    assert export(call, published, tmp_path / "out" / "file", *more).code == 2
    assert not (tmp_path / "out").exists()


def test_an_export_without_a_folder_or_of_another_format_is_refused(
    call: Call, published: DataFolder, tmp_path: Path
) -> None:
    for target in (tmp_path / "typo" / "shop.csv", tmp_path / "shop.xlsx"):
        for more in ((), ("--events",)):
            ended = export(call, published, target, *more)
            assert ended.code == 2
            assert str(target.parent) in ended.err
    assert list(tmp_path.iterdir()) == []


def test_an_export_of_a_span_without_a_published_day_says_so(
    call: Call, published: DataFolder, tmp_path: Path, yesterday: date
) -> None:
    after = yesterday + timedelta(days=1)
    span = ("--from", after, "--to", after, "--out", tmp_path / "shop.csv")
    ended = call("export", "--app", "shop", *span, data=published.root)
    assert ended.code == 0
    assert f"no published day between {after} and {after}" in ended.out
    assert "0 rows: " in ended.out
    ended = call("export", "--app", "shop", "--events", *span, data=published.root)
    assert ended.code == 2
    assert f"No records are stored for {after} to {after}." in ended.err


@pytest.mark.parametrize(
    "command",
    [
        ("export", "--app", "shop", "--from", "2026-03-01", "--to", "2026-03-02"), ("serve",), ("verify",), ("reread",),
        ("backfill", "2026-03-01", "2026-03-02"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_made", [False, True])
def test_before_the_first_run_what_reads_what_is_published_is_wrong_use(
    call: Call, folder: DataFolder, command: tuple[str, ...], is_made: bool
) -> None:
    if is_made:
        folder.store.warehouse.mkdir()
    ended = call(*command, data=folder.root)
    assert ended.code == 2
    assert "Nothing is published yet." in ended.err


# --- check


def test_a_check_of_a_sound_folder_ends_with_0(call: Call, published: DataFolder) -> None:
    ended = call("check", data=published.root)
    assert ended.code == 0
    assert "2 apps" in ended.out
    assert "canonical" in ended.out


def test_one_of_a_thing_is_in_the_singular(call: Call, folder: DataFolder, yesterday: date) -> None:
    file = folder.land("a.ndjson", records(1, yesterday))
    folder.write("registry/apps.csv", "app_key,app_name\nshop,Shop\n")
    said = call("check", data=folder.root).out + call("check", file, data=folder.root).out
    folder.tables(yesterday)
    said += call("verify", data=folder.root).out
    for words in ("1 app,", "1 file canonical", ": 1 record read", "): 1 record\n", "1 part and", "1 day;"):
        assert words in said
    assert re.findall(r"\b1 (?:app|file|record|part|day)s\b", said) == []


@pytest.mark.parametrize("arguments", [(), (__file__,)])
def test_a_check_of_no_folder_is_refused(call: Call, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ended = call("check", *arguments, data=tmp_path / "typo")
    assert ended.code == 2
    assert "There is no such folder." in ended.err
    assert str(tmp_path / "typo") in ended.err


def test_a_check_says_that_landing_is_empty_and_where_it_is(call: Call, folder: DataFolder) -> None:
    ended = call("check", data=folder.root)
    assert ended.code == 0
    assert f"empty: no log in {folder.store.landing}" in ended.out


def test_a_check_lists_bad_rows_and_ends_with_2(call: Call, own: DataFolder) -> None:
    own.write("registry/apps.csv", "app_key,app_name,app_secret\nshop,Shop,s3cr3t\nbad key,B,s3cr3t\n")
    ended = call("check", data=own.root)
    assert ended.code == 2
    assert "registry/apps.csv, line 1: secret:app_secret" in ended.out
    assert "registry/apps.csv, line 3: invalid:app_key" in ended.out
    assert "s3cr3t" not in ended.out


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


def test_a_check_of_a_file_with_rejects_tells_why_and_ends_with_3(
    call: Call, published: DataFolder, tmp_path: Path, yesterday: date
) -> None:
    file = tmp_path / "try.ndjson"
    file.write_bytes(lines([record("e1", yesterday), marked("m", yesterday, channel="sms")]))
    ended = call("check", file, data=published.root)
    assert ended.code == 3
    assert "line 2: invalid:channel" in ended.out
    assert MARKED_PHONE not in ended.out
    assert MARKED_DEVICE not in ended.out


def test_a_check_of_a_file_says_what_a_run_would_find_too_old(
    call: Call, published: DataFolder, tmp_path: Path, yesterday: date
) -> None:
    file = tmp_path / "try.ndjson"
    first = days_before(yesterday, 400)
    file.write_bytes(lines([*records(3, days_before(first, 1)), *records(2, first)]))
    ended = call("check", file, data=published.root)
    assert ended.code == 3
    assert "5 records read, 5 accepted, 0 rejected" in ended.out
    assert f"3 of the accepted are of days before {first}: a run rejects them as too_old:event_time" in ended.out


def test_a_check_refuses_another_zone_in_the_words_of_a_run(call: Call, own: DataFolder) -> None:
    own.write("authmeter.toml", 'timezone = "Asia/Tokyo"\n')
    checked, ran = call("check", data=own.root), authmeter("run", data=own.root)
    assert (checked.code, ran.code) == (2, 2)
    assert "The business time zone was Asia/Shanghai and is now Asia/Tokyo." in checked.err
    assert checked.err == ran.err


def test_a_check_of_a_damaged_file_ends_with_1(call: Call, published: DataFolder, tmp_path: Path) -> None:
    (tmp_path / "try.ndjson.gz").write_bytes(b"no gzip")
    assert call("check", tmp_path / "try.ndjson.gz", data=published.root).code == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--source", "canonical"), "give a FILE"),
        (("--source", "nobody", __file__), "no source 'nobody'"),
        (("nothing.ndjson",), "There is no such file."),
        (("docs",), "It is a folder"),
        (("Makefile",), "No source matches"),
    ],
)
def test_a_check_of_what_is_not_there_is_refused(
    call: Call, published: DataFolder, arguments: tuple[str, ...], words: str
) -> None:
    ended = call("check", *arguments, data=published.root)
    assert ended.code == 2
    assert words in ended.err


# --- accept


def test_a_held_file_is_a_warning_and_can_be_accepted(call: Call, own: DataFolder, yesterday: date) -> None:
    own.land(f"{yesterday}/shop.ndjson", records(10, yesterday, "rotated"))
    own.land("cut.ndjson.gz", b"\x1f\x8b\x08 cut")
    ended = authmeter("run", data=own.root)
    assert ended.code == 3
    assert "warning: damaged_files: 1 file " in ended.out
    assert "cut.ndjson.gz" in ended.out
    assert "warning: held_files: 1 file " in ended.out
    assert f"{yesterday}/shop.ndjson" in ended.out
    assert "authmeter accept" in ended.out
    assert own.counted()[yesterday] == 253
    ended = call("accept", f"{yesterday}/shop.ndjson", data=own.root)
    assert ended.code == 0
    assert f"accepted {yesterday}/shop.ndjson: 10 records" in ended.out
    own.tables(yesterday)
    assert own.counted()[yesterday] == 112


def test_only_a_held_file_can_be_accepted(call: Call, own: DataFolder) -> None:
    ended = call("accept", "more.csv", data=own.root)
    assert ended.code == 2
    assert "No held file has the path 'more.csv'" in ended.err
    assert f"where: {own.store.landing}" in ended.err


# --- status and dev


def test_the_status_of_a_sound_folder_is_0(call: Call, published: DataFolder, yesterday: date) -> None:
    ended = call("status", data=published.root)
    assert ended.code == 0
    assert f"as of {yesterday}" in ended.out
    assert "3 with records, 0 missing, 0 restated" in ended.out


def test_the_status_before_the_first_run_is_3(call: Call, folder: DataFolder) -> None:
    ended = call("status", data=folder.root)
    assert ended.code == 3
    assert "nothing yet" in ended.out


def test_the_status_tells_what_is_overdue_and_wrong(call: Call, folder: DataFolder, yesterday: date) -> None:
    folder.land("a.ndjson", records(3, days_before(yesterday, 4)))
    folder.land("cut.ndjson.gz", b"")
    folder.publish(days_before(yesterday, 4))
    ended = call("status", data=folder.root)
    assert ended.code == 3
    assert f"4 days, up to {yesterday}" in ended.out
    assert "damaged_files" in ended.out


def test_the_status_names_missing_days(call: Call, folder: DataFolder, yesterday: date) -> None:
    for back in (6, 4):
        folder.land(f"{back}.ndjson", records(3, days_before(yesterday, back)))
    folder.publish(yesterday)
    named = ", ".join(str(days_before(yesterday, back)) for back in (2, 1, 0))
    assert f"2 with records, 5 missing (the newest {named}), 0 restated" in call("status", data=folder.root).out


def test_all_times_of_the_status_are_of_the_business_zone(call: Call, own: DataFolder) -> None:
    stored = json.loads((own.root / "status.json").read_bytes())
    # As an older version wrote it.
    stored["last_run"]["ended_at"] = "2026-03-10T20:30:00+00:00"
    own.write("status.json", json.dumps(stored))
    with held(own):
        told = json.loads(call("status", "--json", data=own.root).out)
        shown = call("status", data=own.root).out
    assert told["last_run"]["ended_at"] == "2026-03-11T04:30:00+08:00"
    times = [told["written_at"], told["published"]["generated_at"], told["running"]["since"], stored["written_at"]]
    assert [time[-6:] for time in times] == ["+08:00"] * 4
    assert "+00:00" not in shown
    assert shown.count("+08:00") == 3


def test_dev_starts_dagster_on_loopback_with_the_folders_home(
    call: Call, own: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DAGSTER_HOME", "AUTHMETER_DATA", "DAGSTER_DISABLE_TELEMETRY"):
        monkeypatch.setenv(name, "to be set back")
    started: list[tuple[list[str], str]] = []
    monkeypatch.setattr(dev, "run_alone", lambda command, home, *_: started.append((command, str(home))) or 0)
    assert call("dev", "--port", 3999, data=own.root).code == 0
    ((command, home),) = started
    assert home == os.environ["DAGSTER_HOME"]
    assert command[1] == "-W"
    assert command[3:6] == ["-m", "dagster", "dev"]
    assert command[command.index("-w") + 1] == str(PROJECT / "workspace.yaml")
    assert command[command.index("-h") + 1] == "127.0.0.1"
    assert home == str(own.root / "dagster")


def test_dev_refuses_a_port_that_is_taken(own: DataFolder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = authmeter("dev", "--port", port, data=own.root)
    assert ended.code == 1
    assert f"Port {port} cannot be had" in ended.err
    assert "http://" not in ended.out


def test_verify_says_that_all_is_as_written_only_where_it_is(call: Call, folder: DataFolder, yesterday: date) -> None:
    folder.land("a.ndjson", records(3, yesterday))
    folder.tables(yesterday)
    assert "as they were written" in call("verify", data=folder.root).out
    (file,) = folder.store.warehouse.glob("days/*/*/channel_daily.parquet")
    file.write_bytes(file.read_bytes().replace(b"PAR1", b"PAR2"))
    ended = call("verify", data=folder.root)
    assert ended.code == 1
    assert "differs" in ended.out
    assert "as they were written" not in ended.out


# --- alert

SAID = "import pathlib, sys; pathlib.Path('said.json').write_bytes(sys.stdin.buffer.read())"


@pytest.mark.parametrize(("language", "word"), [("zh", "测试"), ("en", "test")])
def test_a_test_message_says_that_it_is_one(call: Call, folder: DataFolder, language: str, word: str) -> None:
    command = json.dumps([sys.executable, "-c", SAID])
    folder.write("authmeter.toml", f'[alerts]\ncommand = {command}\nlanguage = "{language}"\n')
    assert call("alert", "--test", data=folder.root).code == 0
    said = json.loads((folder.root / "said.json").read_bytes())
    assert said["kind"] == "test"
    assert word in said["title"]
    assert "报告" not in said["title"]
    assert "report" not in said["title"]


@pytest.mark.parametrize(
    ("mode", "words"), [(None, "No such file"), (0o644, "Others than its owner may read"), (0o600, "There is nobody")]
)
def test_a_test_message_with_wrong_settings_is_refused(
    call: Call, folder: DataFolder, mode: int | None, words: str
) -> None:
    folder.write("authmeter.toml", '[alerts]\nurls_file = "alerts.urls"\n')
    if mode:
        folder.write("alerts.urls", "# nobody yet\n").chmod(mode)
    ended = call("alert", "--test", data=folder.root)
    assert ended.code == 2
    assert words in ended.err
    assert all(label in ended.err for label in ("where: ", "why it matters: ", "what to do: "))


def test_status_json_says_of_alerts_what_the_end_of_the_run_left(
    call: Call, folder: DataFolder, yesterday: date
) -> None:
    folder.land("a.ndjson", records(1, yesterday))
    for ending, state in ((1, "warning"), (0, "ok")):
        command = json.dumps([sys.executable, "-c", f"raise SystemExit({ending})"])
        folder.write("authmeter.toml", f"[alerts]\ncommand = {command}\n")
        assert call("run", data=folder.root).code == (3 if ending else 0)
        noted = json.loads((folder.root / "status.json").read_bytes())
        told = json.loads(call("status", "--json", data=folder.root).out)
        assert noted["state"] == told["state"] == state
        assert noted["warnings"] == told["warnings"]
        assert noted["to_do"] == told["to_do"]


def test_an_address_that_is_none_is_told_by_its_line(call: Call, folder: DataFolder) -> None:
    folder.write("authmeter.toml", '[alerts]\nurls_file = "alerts.urls"\n')
    folder.write("alerts.urls", "# ours\n\nfoo://s3cr3tToken\n").chmod(0o600)
    ended = call("alert", "--test", data=folder.root)
    assert ended.code == 3
    assert "0 of 1 receivers took it" in ended.out
    assert "line 3 of the addresses" in ended.out
    assert "s3cr3tToken" not in ended.out + ended.err
    assert "foo" not in ended.out + ended.err


# --- personal data


def test_nothing_of_a_device_or_number_is_anywhere_but_in_landing(published: DataFolder) -> None:
    found = []
    for path in published.root.rglob("*"):
        if not path.is_file() or path.is_relative_to(published.store.landing):
            continue
        content = path.read_bytes()
        if path.suffix == ".parquet":
            content += str(pq.read_table(path).to_pylist()).encode()
        if any(mark.encode() in content for mark in (MARKED_DEVICE, MARKED_PHONE, KEY)) and path.name != "hash.key":
            found.append(str(path.relative_to(published.root)))
    for (table,) in published.rows("SELECT table_name FROM duckdb_tables()"):
        cells = str(published.rows(f'SELECT * FROM "{table}"'))
        if any(mark in cells for mark in (MARKED_DEVICE, MARKED_PHONE)):
            found.append(f"table {table}")
    assert found == []


def test_the_search_for_personal_data_would_find_it(published: DataFolder) -> None:
    # The rejects and the hashes of the marked records are there, so there was something to hide.
    assert published.rows("SELECT count(*) FROM rejected_records") == [(4,)]
    files = list(published.store.warehouse.glob("events/*/*.parquet"))
    masks = [row.get("phone_mask") for file in files for row in pq.read_table(file).to_pylist()]
    assert masks.count("166****8877") == 5
    assert list((published.root / "dagster").rglob("*.db"))
