"""The site has the newest day's records of apps with an open incident: masked, failed first, bounded."""

from __future__ import annotations

import csv
import json
from typing import Any

import pytest

from reports.export import incident_records
from tests.support import DAY, DataFolder, days_before, keyed_hash, records

MOBILE, DEVICE = "13812345678", "device-of-nobody"
DAYS = 10


def land(folder: DataFolder, app: str, failed: int, sign_ins: int = 40) -> None:
    """Land ten days of sign-ins.

    On the last day, `failed` of them fail, and earlier that day a request by text message. The first failure has only a
    result code.
    """
    for back in range(1, DAYS):
        day = days_before(DAY, back)
        folder.land(f"{app}-{day}.ndjson", records(sign_ins, day, prefix=app, app_key=app))
    rows: list[dict[str, Any]] = records(sign_ins, prefix=app, app_key=app, phone=MOBILE, device_id=DEVICE)
    for number, row in enumerate(rows):
        row["event_time"] = f"{DAY}T{23 - number // 60:02}:{59 - number % 60:02}:00+08:00"
        row["attempt_id"] = MOBILE
        row["account_id"] = f"20261124{MOBILE}0001" if number % 2 else f"a-{DEVICE}-{number}"
        if number < failed:
            row["outcome"] = None if number == 0 else "timeout"
            row["result_code"] = "600011" if number == 0 else None
    other = {"channel": "sms", "stage": "authorize", "outcome": "error", "event_time": f"{DAY}T00:01:00+08:00"}
    folder.land(f"{app}-{DAY}.ndjson", [*rows, *records(1, prefix=f"{app}-sms", app_key=app, **other)])


def read(folder: DataFolder, app: str) -> list[dict[str, str]]:
    text = (folder.store.site / "apps" / app / f"{app}_records_{DAY}.csv").read_text("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def test_records_of_open_incidents_are_in_the_site_failed_first_masked_and_bounded(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incident_records, "MOST_RECORDS", 35)
    land(folder, "bad", 30)
    land(folder, "good", 0)
    folder.publish()
    rows = read(folder, "bad")
    assert len(rows) == 35
    # The thirty of the incident's channel by time, then the text message, then successes.
    assert [row["event_id"] for row in rows[:30]] == [f"bad{DAY:%m%d}-{number}" for number in range(29, -1, -1)]
    assert (rows[29]["outcome"], rows[29]["result_code"]) == ("", "600011")
    assert rows[30]["channel"] == "sms"
    assert {row["outcome"] for row in rows[31:]} == {"success"}
    assert {row["phone_mask"] for row in rows[:30]} == {"138****5678"}
    assert {row["device_hash"] for row in rows[:30]} == {str(keyed_hash(DEVICE))}
    assert {row["attempt_id"] for row in rows[:30]} == {"***"}
    # A part of an id, too: the number between other digits, the device before a count.
    assert {row["account_id"] for row in rows[:30]} == {"20261124***0001", *(f"a-***-{one}" for one in range(0, 30, 2))}
    assert not (folder.store.site / "apps" / "good" / f"good_records_{DAY}.csv").exists()
    for file in folder.store.site.rglob("*"):
        assert not file.is_file() or all(one.encode() not in file.read_bytes() for one in (MOBILE, DEVICE)), file
    listed = {one["path"]: one for one in json.loads((folder.store.site / "manifest.json").read_bytes())["files"]}
    assert listed[f"apps/bad/bad_records_{DAY}.csv"]["rows"] == 35
    briefing = (folder.store.site / "index.html").read_text("utf-8")
    assert f'href="apps/bad/bad_records_{DAY}.csv" download' in briefing

    # Fewer records may be read than an app has: its page has the way to the command, and others have their files.
    land(folder, "less", 25, sign_ins=35)
    folder.tables()
    monkeypatch.setattr(incident_records, "_MOST_READ", 40)
    run = folder.open(forced=frozenset({DAY}))
    found = incident_records.incident_records(
        run.store, run.manifest, run.settings, run.registry, run.key, folder.root / "t"
    )
    assert found.keys() == {"less"}
