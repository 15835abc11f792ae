"""A file of which nothing, or less than half, was accepted is named with the likely reason and its cure."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from pipelines.contract.record.fields import FIELD_NAMES
from pipelines.reading.formats.csv_layout import MAX_COLUMNS
from pipelines.reading.reasons.reasons import REASONS, Reason, words_of
from tests.support import (
    DAY,
    DataFolder,
    as_csv,
    as_parquet,
    columns_of,
    finding,
    lines,
    record,
    records,
    write_line_source,
)

AFTER = DAY + timedelta(days=1)
GOOD = records(300)
BAD = records(60, prefix="bad", channel="fax")
OTHER = [{"时间": "2026-03-10", "应用": f"商城{number}", "结果": "ok"} for number in range(90)]


def renamed(**names: str) -> list[dict[str, Any]]:
    """Return 60 records with other names for some of their fields. `names` has the new name by the old one."""
    return [{names.get(name, name): value for name, value in row.items()} for row in records(60, prefix="n")]


def table(rows: list[dict[str, Any]], *, has_header: bool = True) -> bytes:
    """Return rows as CSV, with the keys of the first row as header or without a header."""
    head = [",".join(rows[0])] if has_header else []
    return "\n".join([*head, *(",".join(map(str, row.values())) for row in rows)]).encode() + b"\n"


WRAPPED = lines([{"log": json.dumps(row), "stream": "stdout"} for row in records(60)])
NESTED = lines([{"log": json.dumps({"level": "INFO", "message": json.dumps(row)})} for row in records(60)])
PREFIXED = lines([{"log": f"INFO auth - {json.dumps(row)}"} for row in records(60)])
PIECES = b"".join(b"2026-03-10T10:00:00Z stdout F " + line for line in lines(records(60)).splitlines(keepends=True))
SHIPPED_CSV = as_csv([{"time": 1773115200, "content": json.dumps(row)} for row in records(60)], ["time", "content"])
HEADLESS = SHIPPED_CSV.partition(b"\n")[2]
NO_JSON = b"2026-03-10 10:00:00 INFO login ok " * 60
NEAR = {"event_time": "eventTime", "app_key": "appkey"}
POOR = {
    "one object": ("a.json", json.dumps({"records": records(60)}, indent=1).encode(), "foreign", ""),
    "another encoding": ("a.log", "\n".join(f'{{"名": "城{n}"}}' for n in range(99)).encode("gb18030"), "encoding", ""),
    "UTF-16 without its mark": ("a.csv", table(OTHER + records(60)).decode().encode("utf-16-le"), "utf_16", ""),
    "another channel, in UTF-16 with its mark": ("a.csv", as_csv(BAD).decode().encode("utf-16"), "channels", ""),
    "lines of UTF-16 without its mark": ("a.log", lines(OTHER).decode().encode("utf-16-be"), "utf_16", ""),
    "a web page": ("a.log", b"<!DOCTYPE html>\n<html><body>502</body>\n" + b"<p>x</p>\n" * 200, "markup", ""),
    "a web page named as CSV": ("a.csv", b" <html>\n" + b"<p>x,y</p>\n" * 200, "markup", ""),
    "times of another form": ("a.csv", as_csv([row | {"event_time": "2026/3/10 10:00"} for row in GOOD]), "times", ""),
    "mixed encodings": ("a.csv", table(OTHER) + "商城,城,商\n".encode("gb18030") * 200, "encoding", ""),
    "lines of syslog": ("a.log", b"<134>Nov 24 10:00:00 web1 auth: ok\n" * 60, "no_json", ""),
    "NUL bytes": ("a.log", b"\0" * 2000, "no_json", ""),
    "no JSON": ("a.log", NO_JSON, "no_json", ""),
    "bracketed lines": ("a.log", b"[2026-03-10 10:00:00] INFO login ok\n" * 60, "no_json", ""),
    "lines of a shipper": ("a.log", WRAPPED, "wrapped", "docker, fluent"),
    "a logger's lines within those of a shipper": ("a.log", NESTED, "wrapped", "docker, fluent"),
    "lines of Kubernetes": ("0.log", PIECES, "wrapped", "cri"),
    "lines of a shipper without a record": ("docker.log", lines([{"log": "ok"}] * 120), "none_within", "docker"),
    "a shipper's lines with text before the record": ("docker.log", PREFIXED, "lost_within", "docker"),
    "no header": ("a.csv", table(records(60), has_header=False), "no_header", ""),
    "a shipper's CSV without a header": ("sls.csv", HEADLESS, "no_header", ""),
    "near keys": ("a.ndjson", lines(renamed(**NEAR)), "near", "eventTime → event_time, appkey → app_key"),
    "near columns": ("a.csv", table(renamed(stage="Stage ", outcome="outcomes")), "near",
                     "Stage  → stage, outcomes → outcome"),
    "near Parquet columns": (
        "a.parquet", as_parquet({"EventID" if k == "event_id" else k: v for k, v in columns_of(records(60)).items()}),
        "near", "EventID → event_id",
    ),
    "a Chinese header": ("a.csv", table(OTHER), "foreign", ""),
    "a Chinese header in GB18030": ("a.csv", table(OTHER).decode().encode("gb18030"), "foreign", ""),
    "other keys": ("a.ndjson", lines(OTHER), "foreign", ""),
    "cells cut by a caret": ("a.csv", table(records(60)).replace(b",", b"^"), "delimiter", ""),
    "a header of too many columns": (
        "a.csv", as_csv(records(60), [*FIELD_NAMES, *(f"x{n}" for n in range(MAX_COLUMNS))]), "wide", ""
    ),
    "a header whose quote is never closed": ("a.csv", b'"event_id","event_time\n1,2\n' * 60, "rule", "malformed"),
    "JSON in CSV": ("a.csv", lines(records(60)), "misnamed", ""),
    "a JSON array in CSV": ("a.csv", json.dumps([None, *records(400, prefix="x")]).encode(), "misnamed", ""),
    "no record": ("a.csv", as_csv([]) + b"\n" * 1000, "empty", ""),
    "blank lines": ("a.log", b"\n" * 2000, "empty", ""),
    "another channel": ("a.ndjson", lines(BAD), "channels", ""),
    "a name for a key": ("a.csv", as_csv([row | {"app_key": "商城"} for row in GOOD]), "app_keys", ""),
    "a first line that is cut": ("a.ndjson", b'"stage": "login"}\n' + lines(BAD), "channels", ""),
    "another stage": ("a.csv", as_csv([row | {"stage": "auth"} for row in GOOD]), "stages", ""),
    "another outcome": ("a.csv", as_csv([row | {"outcome": "ok"} for row in GOOD]), "outcomes", ""),
    "another rule": ("a.csv", as_csv([row | {"event_id": "x" * 129} for row in GOOD]), "rule", "invalid:event_id"),
    "records that are too old": ("a.csv", as_csv(records(60, DAY - timedelta(days=500))), "too_old", ""),
}  # fmt: skip


def test_files_of_which_nothing_counts_are_named_each_with_its_reason(folder: DataFolder) -> None:
    folder.land("good.ndjson", GOOD)
    reasons = {
        f"{place:02}/{path}": words_of(Reason(code, detail).stored)
        for place, (path, _, code, detail) in enumerate(POOR.values())
    }
    for path, (_, content, _, _) in zip(reasons, POOR.values(), strict=True):
        folder.land(path, content)
    folder.tables()
    by_reason = {words: [path for path in reasons if reasons[path] == words] for words in reasons.values()}
    (named,) = [check for check in folder.warnings if check.check_name == "nothing_accepted"]
    in_english = "; ".join(f"{', '.join(paths)} ({words.en})" for words, paths in by_reason.items())
    in_chinese = "；".join(f"{', '.join(paths)}（{words.zh}）" for words, paths in by_reason.items())
    assert named.detail.en == f"{len(POOR)} files without a valid record: {in_english}"
    assert named.detail.zh == f"{len(POOR)} 个文件没有一条有效记录：{in_chinese}"
    books = folder.rows("SELECT path, status, finding FROM input_files WHERE path <> 'good.ndjson' ORDER BY path")
    assert books == [(path, "read", words.en) for path, words in reasons.items()]
    assert folder.counted() == {DAY: 300}


def test_records_that_a_shippers_mapping_does_not_find_are_named_beside_files_that_count(folder: DataFolder) -> None:
    folder.land("docker/good.log", WRAPPED)
    folder.land("docker/other.log", lines([{"log": "ok"}] * 120))
    folder.land("docker/prefixed.log", PREFIXED)
    folder.land("sls/good.csv", SHIPPED_CSV)
    folder.land("sls/headless.csv", HEADLESS)
    folder.roll_up()
    (named,) = [check for check in folder.warnings if check.check_name == "nothing_accepted"]
    lost, headless = words_of(Reason("lost_within", "docker").stored), words_of(Reason("no_header").stored)
    listed = f"docker/prefixed.log ({lost.en}); sls/headless.csv ({headless.en})"
    assert named.detail.en == f"2 files without a valid record: {listed}"


def test_every_reason_has_a_case() -> None:
    assert {code for _, _, code, _ in POOR.values()} == REASONS.keys() - {"where"}


def test_a_gb18030_csv_is_read(folder: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [record(f"e{number}", account_id="商城") for number in range(90)]
    folder.land("gbk.csv", as_csv(rows).decode().encode("gb18030"))
    wide = [row | {"event_id": f"w{row['event_id']}"} for row in rows]
    folder.land("wide.csv", as_csv(wide).decode().encode("utf-16"))
    folder.roll_up()
    assert folder.counted() == {DAY: 180}
    assert folder.warnings == []
    said = capsys.readouterr().out
    assert "read as GB18030: gbk.csv\n" in said
    assert "read as UTF-16: wide.csv\n" in said
    folder.ingest()
    assert "read as" not in capsys.readouterr().out


def test_utf_16_without_its_mark_is_not_taken_for_gb18030(
    folder: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.land("good.ndjson", GOOD)
    folder.land("a.csv", as_csv([record(f"e{n}", account_id="商城") for n in range(90)]).decode().encode("utf-16-le"))
    folder.ingest()
    assert "read as" not in capsys.readouterr().out


def test_a_file_that_is_rejected_by_over_half_is_named(folder: DataFolder) -> None:
    folder.land("good.ndjson", GOOD)
    folder.land("half.ndjson", records(40, prefix="h") + BAD[:40])
    folder.land("over.ndjson", records(40, prefix="o") + BAD[:41])
    folder.roll_up()
    assert finding(folder.open().checks, "mostly_rejected").detail.en == (
        "1 file with more rejected than accepted records: over.ndjson "
        "(most often invalid:channel: write one of one_click, local_verify, wechat, qq, weibo, sms, "
        "or declare it in [channels] of authmeter.toml)"
    )


def test_what_an_earlier_version_stored_of_an_array_says_what_to_do() -> None:
    assert "authmeter reread" in words_of("array").en
    assert "authmeter reread" in words_of("spread").zh


def test_small_files_are_named_only_where_no_log_could_be_read(folder: DataFolder) -> None:
    folder.land("small.json", b"started\nstopped\n")
    folder.land("empty.json", b"")
    folder.roll_up()
    assert (
        "1 file without a valid record: small.json (its lines are not JSON"
        in finding(folder.warnings, "nothing_accepted").detail.en
    )
    folder.land("good.ndjson", GOOD)
    folder.roll_up()
    assert folder.warnings == []


def test_a_poor_file_is_warned_of_until_the_next_day_is_closed(folder: DataFolder) -> None:
    folder.land("good.ndjson", GOOD)
    folder.land("a.json", NO_JSON)
    for step in (folder.tables, folder.roll_up):
        step()
        assert [check.check_name for check in folder.warnings] == ["nothing_accepted"]
    assert folder.manifest.run == 1
    folder.land("next.ndjson", records(300, AFTER))
    folder.tables(AFTER)
    assert "nothing_accepted" not in {check.check_name for check in folder.warnings}
    # The finding of the file stays in `input_files`.
    assert folder.rows("SELECT count(*) FROM input_files WHERE finding LIKE 'its lines are not JSON%'") == [(1,)]


def test_a_poor_file_that_is_gone_or_mended_is_not_warned_of(folder: DataFolder) -> None:
    folder.land("good.ndjson", GOOD)
    folder.land("a.json", NO_JSON)
    gone = folder.land("b.json", NO_JSON + b" ")
    folder.roll_up()
    assert "2 files without" in finding(folder.warnings, "nothing_accepted").detail.en
    # The entry of a file that an older version read has no reason.
    manifest = folder.manifest
    next(entry for entry in manifest.files if entry.path == "a.json").finding = None
    folder.store.commit(manifest)
    assert "a.json (perhaps in another format)" in finding(folder.warnings, "nothing_accepted").detail.en
    gone.unlink()
    folder.land("a.json", lines(records(400, prefix="x")))
    folder.roll_up()
    assert folder.warnings == []


def test_the_reason_outlives_another_time_of_the_file(folder: DataFolder) -> None:
    folder.land("a.json", NO_JSON)
    folder.ingest()
    folder.land("a.json", NO_JSON)
    folder.ingest()
    assert folder.files("a.json")[0].finding == "no_json"


WHERE = """
name = "x"
files = ["x*.ndjson"]
where = "kind = 'auth'"
[fields]
event_id = "event_id"
event_time = "event_time"
app_key = "app_key"
channel = "channel"
stage = "stage"
outcome = "outcome"
"""


def test_a_file_that_a_where_skips_whole_is_named_where_its_source_never_kept_a_record(folder: DataFolder) -> None:
    folder.write("sources/x.toml", WHERE)
    folder.land("good.ndjson", GOOD)
    folder.land("x1.ndjson", records(60, prefix="x"))
    folder.roll_up()
    assert finding(folder.warnings, "nothing_accepted").detail.en == (
        "1 file without a valid record: x1.ndjson (the `where` of source x kept no record: correct it)"
    )
    # If another file of the source has records, such a file may come from a quiet hour.
    folder.land("x2.ndjson", records(60, prefix="y", kind="auth"))
    folder.roll_up()
    assert folder.warnings == []


def test_names_are_no_reason_where_a_mapping_reads_them(folder: DataFolder) -> None:
    write_line_source(folder.root, "repeat(line, 200)")
    folder.land("a.txt", b"line\n" * 300)
    folder.ingest()
    assert words_of(str(folder.files("a.txt")[0].finding)).en.startswith("most often invalid:event_id: ")


def test_the_reason_shows_nothing_of_a_record(folder: DataFolder) -> None:
    folder.land("a.csv", b"13812345678,2026-03-10,one_click\n" * 60)
    folder.land("b.ndjson", lines([{"13812345678": 1, "x\x1b[2J": 2}] * 60))
    folder.ingest()
    said = str([words_of(str(entry.finding)) for entry in folder.manifest.files])
    assert "138" not in said
    assert "\x1b" not in said


def test_a_file_of_a_run_that_was_killed_before_it_published_is_warned_of_by_the_next(folder: DataFolder) -> None:
    """The first run of all is killed after it committed its day, and so is a later one."""
    for name, place, end in (("bad", 0, folder.publish), ("worse", 2, folder.roll_up)):
        killed, after = (DAY + timedelta(days=place + later) for later in (0, 1))
        folder.land(f"{name}.ndjson", records(60, killed, channel="fax"))
        folder.land(f"{killed}.ndjson", records(3, killed))
        folder.roll_up(killed)
        folder.land(f"{after}.ndjson", records(3, after))
        end(after)
        assert f"1 file without a valid record: {name}.ndjson" in finding(folder.warnings, "nothing_accepted").detail.en
