"""The tables `incidents`, `incident_cells` and `notes`, from a small folder whose rows are known."""

from __future__ import annotations

from contextlib import closing

import pytest

from pipelines.contract.registry.registry import load_registry
from pipelines.contract.settings.settings import load_settings
from pipelines.incidents.published import Note, incidents_of, withdrawn_of
from pipelines.run.verify import verify
from pipelines.store.published_file import open_published
from tests.data.failing_sdk import BAD_DAYS, FIRST_BAD, REQUESTS, failing_sdk, land_failing_sdk, land_mended
from tests.support import DAY, CopyOf, DataFolder, days_before, record

TECHNICAL = "metric = 'technical_success_rate'"
COLUMNS = "kind, metric, app_key, channel, first_day, last_day, state, days, cause_kind, cause, codes"


def test_an_open_incident_has_its_cause_and_its_loss(copy_of: CopyOf) -> None:
    folder = copy_of(failing_sdk)
    found = folder.rows(f"SELECT {COLUMNS} FROM incidents WHERE part_of IS NULL")
    assert found == [
        ("rate", "technical_success_rate", "*", "one_click", FIRST_BAD, None, "open", BAD_DAYS, "cell",
         "sdk_version=2", "error"),
    ]  # fmt: skip
    ((before, now, lost, in_all),) = folder.rows(
        "SELECT level_before, level_now, lost, lost_total FROM incidents WHERE part_of IS NULL"
    )
    assert (before, lost, in_all) == (1, 18, 18 * BAD_DAYS)
    assert now == pytest.approx(1 - 18 / REQUESTS)
    # Falls in one cell are one incident, of all apps together; the incident of the app is part of it.
    assert folder.rows(f"SELECT app_key FROM incidents WHERE part_of IS NOT NULL AND {TECHNICAL}") == [("shop",)]
    # Users who could not sign in by one-click cause no separate incident of the sign-in rate.
    assert folder.rows("SELECT count(*) FROM incidents WHERE metric = 'sign_in_rate' AND part_of IS NULL") == [(0,)]
    assert folder.rows("SELECT count(*) FROM incidents AS a JOIN incidents AS b ON b.incident_id = a.part_of") == [(3,)]


def test_the_cells_of_a_dimension_sum_to_the_change(copy_of: CopyOf) -> None:
    folder = copy_of(failing_sdk)
    cells = f"FROM incident_cells JOIN incidents USING (incident_id) WHERE app_key = 'shop' AND {TECHNICAL}"
    assert folder.rows(f"SELECT value, requests_now, successes_now {cells} AND dimension = 'sdk_version'") == [
        ("1", 20 * BAD_DAYS, 20 * BAD_DAYS), ("2", 20 * BAD_DAYS, 2 * BAD_DAYS),
    ]  # fmt: skip
    assert folder.rows(f"SELECT value {cells} AND dimension = 'platform & sdk_version' ORDER BY value") == [
        ("android & 1",), ("android & 2",),
    ]  # fmt: skip
    sums = folder.rows(
        f"SELECT sum(mix_effect + rate_effect), any_value(level_now - level_before) {cells} GROUP BY dimension"
    )
    assert len(sums) == 10
    for effects, change in sums:
        assert effects == pytest.approx(change)


def test_what_late_data_mended_is_withdrawn(copy_of: CopyOf) -> None:
    folder = copy_of(failing_sdk)
    assert folder.rows("FROM withdrawn_incidents") == []
    ((key,),) = folder.rows("SELECT incident_id FROM incidents WHERE part_of IS NULL")
    land_mended(folder)
    folder.tables()
    assert folder.rows("FROM incidents") == []
    withdrawn = "SELECT incident_id, kind, app_key, first_day, last_day, state, run FROM withdrawn_incidents"
    assert folder.rows(withdrawn) == [(key, "rate", "*", FIRST_BAD, DAY, "withdrawn", folder.manifest.run)]
    with closing(open_published(folder.store.database)) as connection:
        (one,) = withdrawn_of(connection)
    assert one.text.zh == "全部应用 · 一键登录成功率 100% → 55%，03-06 至 03-10：已撤回，按现有数字不成立"
    assert (
        verify(folder.store, load_settings(folder.root), load_registry(folder.store.registry), None).differences == []
    )
    # The incident stays withdrawn, and keeps the number of the run that withdrew it.
    first = folder.manifest.run
    folder.land("more.ndjson", [record("more", DAY, channel="qq", stage="authorize")])
    folder.tables()
    assert [row[-1] for row in folder.rows(withdrawn)] == [first] != [folder.manifest.run]


def test_a_recovered_one_ends_on_its_last_bad_day_and_outlives_the_days_before_it(folder: DataFolder) -> None:
    folder.write("authmeter.toml", "retention_days = 60\nkeep_events_days = 61\nkeep_days = 61\n")
    land_failing_sdk(folder, bad_days=3)
    folder.tables()
    assert folder.rows("SELECT count(*) FROM incidents WHERE part_of IS NULL") == [(1,)]
    found = folder.rows(
        f"SELECT first_day, last_day, state, days FROM incidents WHERE app_key = 'shop' AND {TECHNICAL}"
    )
    assert found == [(FIRST_BAD, days_before(FIRST_BAD, -2), "recovered", 3)]
    # Only three days before the first bad one are left.
    later = days_before(FIRST_BAD, 3 - 60)
    folder.tables(later)
    assert folder.rows("SELECT min(day) FROM day_quality") == [(days_before(FIRST_BAD, 3),)]
    assert folder.rows("SELECT kind FROM incidents WHERE kind = 'rate'") == []
    assert folder.rows("FROM withdrawn_incidents") == []


def test_an_incident_that_begins_on_another_day_now_is_not_withdrawn(copy_of: CopyOf) -> None:
    folder = copy_of(failing_sdk)
    before = folder.rows(f"SELECT incident_id FROM incidents WHERE app_key = 'shop' AND {TECHNICAL}")
    early = days_before(FIRST_BAD, 1)
    folder.land("early.ndjson", [
        record(f"early-{number}", early, channel="one_click", stage="authorize", sdk_version="2", outcome="error",
               device_id=f"d{number}")
        for number in range(REQUESTS)
    ])  # fmt: skip
    folder.tables()
    assert folder.rows(f"SELECT first_day FROM incidents WHERE app_key = 'shop' AND {TECHNICAL}") == [(early,)]
    assert folder.rows(f"SELECT incident_id FROM incidents WHERE app_key = 'shop' AND {TECHNICAL}") != before
    assert folder.rows("FROM withdrawn_incidents") == []


def test_without_records_there_are_notes_and_no_incident(folder: DataFolder) -> None:
    """Rows of notes that cannot be read are listed as rejected."""
    folder.write(
        "registry/notes.csv",
        "day,app_key,text\n2026/3/4,shop,Release 2\n2026-03-04,,Campaign\n2026-03-04,*,Campaign\n"
        "soon,shop,x\n2026-03-05,shop,\n",
    )
    folder.tables()
    assert folder.rows("FROM incidents") == folder.rows("FROM incident_cells") == []
    assert folder.rows("SELECT day::VARCHAR, app_key, text FROM notes") == [
        ("2026-03-04", "*", "Campaign"), ("2026-03-04", "shop", "Release 2"),
    ]  # fmt: skip
    assert folder.rows("SELECT path, line, reason FROM rejected_records ORDER BY line") == [
        ("registry/notes.csv", 5, "invalid:day"), ("registry/notes.csv", 6, "missing:text"),
    ]  # fmt: skip


def test_the_published_ones_come_in_order_with_names_and_notes(copy_of: CopyOf) -> None:
    folder = copy_of(failing_sdk)
    late = days_before(FIRST_BAD, -1)
    folder.write(
        "registry/notes.csv", f"day,app_key,text\n{late},shop,Rolled back\n{FIRST_BAD},,Sale\n2026-01-01,shop,x\n"
    )
    folder.tables()
    with closing(open_published(folder.store.database)) as connection:
        found = [one for one in incidents_of(connection) if one.incident.metric == "technical_success_rate"]
    shop, everyone = sorted(found, key=lambda one: one.incident.app_key, reverse=True)
    assert (shop.app_name, everyone.app_name) == ("示例钱包", "*")
    assert (shop.note, shop.is_acknowledged) == (Note(late, "Rolled back"), True)
    assert (everyone.note, everyone.is_acknowledged) == (Note(FIRST_BAD, "Sale"), True)
    assert (shop.is_independent, everyone.is_independent) == (False, True)
    assert shop.incident.cause.cell == "sdk_version=2"
    assert shop.text.zh == "示例钱包 · 一键登录成功率 100% → 55%，03-06 起第 5 天，03-10 少 18 次登录；SDK 2 仅 10%"
