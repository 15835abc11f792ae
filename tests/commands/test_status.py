"""`authmeter status` reports the published day, an overdue run, failed checks and missing days."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

from tests.published_folder import Call, held
from tests.support import DataFolder, days_before, records


def test_the_status_of_a_sound_folder_is_0(call: Call, published: DataFolder, yesterday: date) -> None:
    ended = call("status", data=published.root)
    assert ended.code == 0
    assert f"as of {yesterday}" in ended.out
    assert "3 with records, 0 missing, 0 restated" in ended.out


def test_the_status_before_the_first_run_is_3(call: Call, folder: DataFolder) -> None:
    ended = call("status", data=folder.root)
    assert ended.code == 3
    assert "nothing yet" in ended.out


def test_the_status_tells_what_is_overdue_wrong_and_missing(call: Call, folder: DataFolder, yesterday: date) -> None:
    for back in (6, 4):
        folder.land(f"{back}.ndjson", records(3, days_before(yesterday, back)))
    folder.land("cut.ndjson.gz", b"")
    folder.tables(days_before(yesterday, 4))
    ended = call("status", data=folder.root)
    assert ended.code == 3
    assert f"4 days, up to {yesterday}" in ended.out
    assert f"`authmeter run`: {days_before(yesterday, 3)} to {yesterday} are overdue.\n" in ended.out
    assert "damaged_files" in ended.out
    folder.roll_up(days_before(yesterday, 1))
    assert f"`authmeter run`: {yesterday} is overdue.\n" in call("status", data=folder.root).out
    folder.tables(yesterday)
    named = ", ".join(str(days_before(yesterday, back)) for back in (2, 1, 0))
    assert f"2 with records, 5 missing (the newest {named}), 0 restated" in call("status", data=folder.root).out


def test_all_times_of_the_status_are_of_the_business_zone(call: Call, own: DataFolder) -> None:
    stored = json.loads((own.root / "status.json").read_bytes())
    # Older versions wrote the time in UTC.
    stored["last_run"]["ended_at"] = "2026-03-10T20:30:00+00:00"
    own.write("status.json", json.dumps(stored))
    with held(own):
        status = json.loads(call("status", "--json", data=own.root).out)
        printed = call("status", data=own.root).out
    assert status["last_run"]["ended_at"] == "2026-03-11T04:30:00+08:00"
    times = [
        status["written_at"],
        status["published"]["generated_at"],
        status["running"]["since"],
        stored["written_at"],
    ]
    assert [time[-6:] for time in times] == ["+08:00"] * 4
    assert "+00:00" not in printed
    assert printed.count("+08:00") == 3


def test_what_is_only_good_to_know_is_said_and_changes_no_exit_code(
    call: Call, own: DataFolder, yesterday: date
) -> None:
    own.write("registry/bills/a.csv", "month,account_id,channel,quantity\n2062-03,default,number,1\n")
    ran = call("run", data=own.root)
    said = f"early_bills: 1 bill for a month that is not over by {yesterday}"
    assert ran.code == 0
    assert f"\nnotice: {said}" in f"\n{ran.out}"
    status = json.loads((own.root / "status.json").read_bytes())
    assert (status["state"], status["warnings"], status["to_do"]) == ("ok", [], [])
    assert [notice["check"] for notice in status["notices"]] == ["early_bills"]
    status = call("status", data=own.root)
    assert "notice " in status.out
    assert said in status.out
    quality = (own.store.site / "quality.html").read_text("utf-8")
    assert quality.index("2062-03 default number") < quality.index('<details class="passed">')


def test_status_json_says_of_alerts_what_the_end_of_the_run_left(call: Call, own: DataFolder) -> None:
    command = json.dumps([sys.executable, "-c", "raise SystemExit(1)"])
    own.write("authmeter.toml", f"[alerts]\ncommand = {command}\n")
    assert call("run", data=own.root).code == 3
    noted = json.loads((own.root / "status.json").read_bytes())
    status = json.loads(call("status", "--json", data=own.root).out)
    assert noted["state"] == status["state"] == "warning"
    assert noted["warnings"] == status["warnings"]
    assert noted["to_do"] == status["to_do"]


def test_a_damaged_published_file_is_said_in_words_by_every_command(
    call: Call, own: DataFolder, tmp_path: Path
) -> None:
    own.store.database.unlink()
    own.store.database.write_bytes(b"no database" * 1000)
    said = "The published file cannot be read"
    ended = call("status", data=own.root)
    assert ended.code == 3
    assert f"warning       published_file: {said}" in ended.out
    assert "to do         published_file: Remove warehouse/authmeter.duckdb, then run `authmeter run`" in ended.out
    assert "? restated" in ended.out
    status = json.loads(call("status", "--json", data=own.root).out)
    assert (status["state"], status["incidents"]) == ("warning", [])
    out = ("--out", tmp_path / "out.csv")
    for command in (("incidents",), ("packages",), ("verify",), ("export", "--table", "usage_daily", *out)):
        refused = call(*command, data=own.root)
        assert refused.code == 1
        assert refused.err.startswith(f"authmeter: {said}")
    assert not list(tmp_path.glob("out*"))
