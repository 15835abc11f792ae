"""Tests which incidents each page lists, in which order, and which parts and evidence follow each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import date
from pathlib import Path

import pytest

from pipelines.store.published_file import open_published
from reports.content import context
from reports.content.incidents.cards import incident_cards
from reports.content.incidents.curves import incident_curves
from reports.content.incidents.evidence import evidence
from reports.content.incidents.incident import PageIncident
from reports.content.incidents.incidents import ListedIncident, PageIncidents
from reports.content.published import PublishedTables
from reports.content.wording.words import word
from reports.pages.rendering import environment
from tests.data.published_tables import AS_OF, Database, day, incident


@pytest.fixture
def made(tmp_path: Path) -> Database:
    found = Database(tmp_path / "authmeter.duckdb")
    found.publish(first_day=day(60))
    for key in ("shop", "game"):
        found.add("apps", {"app_key": key, "app_name": key, "platform": "android", "is_registered": True})
    return found


@pytest.fixture
def reading() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def incidents_of(made: Database, reading: ExitStack) -> PageIncidents:
    marts = PublishedTables(reading.enter_context(closing(open_published(made.close(has_periods=False)))))
    return PageIncidents(marts, {app.key: app for app in context.apps(marts)})


def ids(entries: list[ListedIncident]) -> list[tuple[str, list[str]]]:
    return [(one.incident.incident_id, [part.incident_id for part in one.parts]) for one in entries]


def test_open_ones_come_first_then_the_largest_loss_then_the_id(made, reading):
    made.add(
        "incidents",
        incident("ended", 9, state="recovered", last_day=day(2), lost=900.0),
        incident("b", 4, lost=20.0),
        incident("settled", 40, state="settled", last_day=day(13), lost=950.0),
        incident("a", 3, lost=20.0),
        incident("large", 5, lost=30.0),
    )
    found = incidents_of(made, reading)
    assert [key for key, _ in ids(found.listed())] == ["large", "a", "b", "settled", "ended"]
    assert [key for key, _ in ids(found.of_app("shop"))] == ["large", "a", "b", "settled", "ended"]
    assert [key for key, _ in ids(found.of_day(day(4)))] == ["large", "b", "ended"]


def test_monitoring_names_five_open_ones_and_counts_the_others(made, reading):
    made.add("incidents", *(incident(f"open-{i}", 3, lost=float(90 - i)) for i in range(7)))
    made.add(
        "incidents", incident("game", 3, app_key="game", lost=1.0), incident("part", 3, part_of="open-6", lost=2.0)
    )
    made.add("incidents", incident("ended", 9, state="recovered", last_day=day(2)))
    found = incidents_of(made, reading)
    named = {key: found.open_figures(key) for key in ("*", "shop", "game", "idle")}
    assert named["shop"]["open"]["id"] == [f"open-{i}" for i in range(5)]
    assert {key: one.get("open_more") for key, one in named.items()} == {"*": 3, "shop": 2, "game": None, "idle": None}
    assert named["game"]["open"]["id"] == ["game"]
    # The folder of an app whose figures these are is its key.
    assert named["*"]["open"].keys() - named["game"]["open"].keys() == {"name", "folder"}
    assert named["idle"] == {}


def test_a_part_stands_below_the_outermost_that_it_is_part_of(made, reading):
    made.add(
        "incidents",
        incident("all", 4, app_key="*", lost=90.0),
        incident("part", 4, part_of="all", lost=50.0),
        incident("part-of-part", 4, metric="verification_result_rate", part_of="part", lost=40.0),
        incident("other", 4, app_key="game", part_of="all", lost=45.0),
    )
    assert ids(incidents_of(made, reading).listed()) == [("all", ["part", "other", "part-of-part"])]


def test_an_open_part_of_an_ended_incident_stands_by_itself(made, reading):
    made.add(
        "incidents",
        incident("all", 4, app_key="*", state="recovered", last_day=day(2), lost=90.0),
        incident("shop", 4, part_of="all", lost=50.0),
        incident("part", 4, metric="verification_result_rate", part_of="shop", lost=40.0),
        incident("game", 4, app_key="game", part_of="all", state="recovered", last_day=day(2), lost=30.0),
        incident("last", 4, part_of="game", lost=20.0),
        incident("ended", 4, channel="wechat", part_of="last", state="recovered", last_day=day(2), lost=10.0),
    )
    found = incidents_of(made, reading)
    entries = [("shop", ["part"]), ("last", ["ended"]), ("all", ["game"])]
    assert ids(found.listed()) == ids(found.of_day(day(4))) == entries
    assert [one.incident_id for one in found.open_independent] == ["shop", "last"]
    assert [one.incident_id for one in found.all if one.note_line] == ["shop", "last"]


def test_an_open_incident_names_the_data_day_on_every_page(made, reading):
    made.add("incidents", incident("shop", 4, lost=50.0))
    found = incidents_of(made, reading)
    for (one,) in (found.of_day(day(3)), found.of_app("shop")):
        assert f"，{AS_OF:%m-%d} 少 " in one.incident.text.zh
        assert f" fewer sign-ins on {AS_OF:%m-%d}" in one.incident.text.en


def test_an_outcome_whose_codes_grew_is_named_with_them_alone(made, reading):
    made.add(
        "incidents",
        incident("shop", 4, codes="carrier_error 600011, timeout 600015, carrier_error, error"),
        incident("none", 5, codes=None),
    )
    codes = {one.incident_id: one.codes for one in incidents_of(made, reading).all}
    assert codes["none"] is None
    assert codes["shop"].en == " · ".join(
        (f"{word('carrier_error').en} 600011", f"{word('timeout').en} 600015", word("error").en)
    )


def test_an_app_has_its_own_incidents_and_no_others(made, reading):
    made.add(
        "incidents",
        incident("all", 4, app_key="*", part_of="shop", lost=90.0),
        incident("shop", 4, lost=50.0),
        incident("verify", 4, metric="verification_result_rate", part_of="shop", lost=40.0),
        incident("game", 4, app_key="game", part_of="all", lost=45.0),
    )
    found = incidents_of(made, reading)
    assert ids(found.of_app("shop")) == [("shop", ["verify"])]
    # An incident that is part of another app's incident is listed by itself on its own app's page.
    assert ids(found.of_app("game")) == [("game", [])]
    assert found.of_app("idle") == []


def test_a_day_has_the_incidents_that_cover_it(made, reading):
    made.add(
        "incidents",
        incident("open", 4, lost=50.0),
        incident("ended", 9, state="recovered", last_day=day(7), lost=40.0),
        # The part began a day before its whole.
        incident("part", 5, app_key="game", part_of="open", lost=30.0),
    )
    found = incidents_of(made, reading)
    covering = {back: ids(found.of_day(day(back))) for back in (10, 9, 7, 6, 5, 4, 0)}
    nothing: list[tuple[str, list[str]]] = []
    assert covering == {
        10: nothing, 9: [("ended", [])], 7: [("ended", [])], 6: nothing, 5: [("part", [])],
        4: [("open", ["part"])], 0: [("open", ["part"])],
    }  # fmt: skip


def test_incidents_that_are_part_of_each_other_do_not_hold_up_a_run(made, reading):
    made.add("incidents", incident("a", 4, part_of="b"), incident("b", 4, part_of="a"))
    assert {part.incident_id for one in incidents_of(made, reading).listed() for part in one.parts} <= {"a", "b"}


def test_the_name_of_an_app_stands_apart_from_the_text_behind_it(made, reading):
    made.add("incidents", incident("shop", 4, lost=20.0), incident("all", 4, app_key="*", lost=10.0))
    shop, everyone = incidents_of(made, reading).all
    assert (shop.name, everyone.name) == ("shop", None)
    assert f"{shop.name}{shop.text.en}" == shop.published.text.en
    assert f"{shop.name}{shop.text.zh}" == shop.published.text.zh
    assert everyone.text.en.startswith("All apps · One-click login")


def test_days_that_were_restated_are_counted_for_whom_they_concern(made, reading):
    made.add(
        "incidents",
        incident("shop", 4),
        incident("game", 4, app_key="game"),
        incident("before", 20, state="recovered", last_day=day(10)),
        incident("all", 4, app_key="*"),
    )
    changed = {"run": 2, "channel": "one_click", "metric": "authorizations", "published_now": 1, "cause": "late.ndjson"}
    made.add(
        "restatements",
        *(changed | {"day": one, "app_key": "shop"} for one in (day(5), day(4), AS_OF)),
        changed | {"day": AS_OF, "app_key": "shop", "metric": "records"},
        changed | {"day": day(1), "app_key": "game"},
    )
    found = {one.incident_id: one.restated_days for one in incidents_of(made, reading).all}
    assert found == {"shop": 2, "game": 1, "before": 0, "all": 3}


@pytest.mark.parametrize(
    ("cause", "dimension", "value", "expected"),
    [
        ("sdk_version=2.15.0", "sdk_version", "2.15.0", ("SDK version", "SDK 2.15.0")),
        ("platform=ios & sdk_version=1 & 2", "platform & sdk_version", "ios & 1 & 2",
         ("Platform · SDK version", "iOS · SDK 1 & 2")),
        ("carrier=CMCC & entry_channel=mail", "carrier & entry_channel", "CMCC & mail",
         ("Carrier · Entry channel", "China Mobile · E-mail")),
        ("app_key=shop", "app_key", "shop", ("App", "shop")),
        ("sdk_version=1 & 2", "sdk_version", "1 & 2", ("SDK version", "SDK 1 & 2")),
    ],
)  # fmt: skip
def test_the_cells_are_those_over_the_dimension_of_the_cause(made, reading, cause, dimension, value, expected):
    made.add("channels", {"channel": "mail", "name_zh": "邮件", "name_en": "E-mail", "is_login": True, "place": 9})
    made.add("incidents", incident("one", 4, cause_kind="cell", cause=cause))
    counts = {"requests_before": 10, "successes_before": 9, "requests_now": 0, "successes_now": 0, "mix_effect": 0.25,
              "rate_effect": -0.5}  # fmt: skip
    made.add(
        "incident_cells",
        counts | {"incident_id": "one", "dimension": dimension, "value": value},
        counts | {"incident_id": "one", "dimension": "carrier", "value": "CMCC"},
    )
    (one,) = incidents_of(made, reading).all
    (cell,) = one.cells
    assert one.dimension is not None
    assert (one.dimension.en, cell.value.en) == expected
    assert (cell.rate_before, cell.rate_now, cell.effect) == (0.9, None, -0.25)


def test_the_bars_of_a_card_name_a_declared_channel(made, reading):
    made.add("channels", {"channel": "mail", "name_zh": "邮件", "name_en": "E-mail", "is_login": True, "place": 9})
    rates = {"cause_before": 0.9, "cause_now": 0.2, "rest_before": 0.9, "rest_now": 0.9}
    made.add("incidents", incident("one", 4, cause_kind="cell", cause="channel=mail", **rates))
    marts = PublishedTables(reading.enter_context(closing(open_published(made.close(has_periods=False)))))
    found = PageIncidents(marts, {app.key: app for app in context.apps(marts)})
    (card,) = incident_cards(marts, found.listed(), context.quality_by_day(marts))
    assert [each.label.zh for each in card.bars] == ["邮件", "其余"]


def test_what_was_withdrawn_stands_on_its_app_s_page_and_its_days(made, reading):
    made.add(
        "withdrawn_incidents",
        incident("gone", 9, state="withdrawn", last_day=day(7), run=3),
        incident("together", 4, app_key="*", state="withdrawn", last_day=day(4), run=3),
        incident("long-gone", 50, state="withdrawn", last_day=day(45), run=2),
        incident("stranger", 4, app_key="nobody", state="withdrawn", last_day=day(4), run=3),
    )
    found = incidents_of(made, reading)
    assert [one.incident_id for one in found.withdrawn] == ["together", "gone", "long-gone"]
    assert [one.incident_id for one in found.withdrawn_of_app("shop")] == ["gone", "long-gone"]
    assert [one.incident_id for one in found.withdrawn_since(day(29))] == ["together", "gone"]
    assert [[one.incident_id for one in found.withdrawn_of_day(day(back))] for back in (10, 9, 7, 6, 4)] == [
        [], ["gone"], ["gone"], [], ["together"],
    ]  # fmt: skip
    assert found.listed() == found.of_app("shop") == []


@pytest.mark.parametrize(
    ("dimension", "cause", "value", "said"),
    [
        ("app_key", "app_key=store", "store", "示例商城 (store)"),
        ("app_key & platform", "app_key=store & platform=ios", "store & ios", "示例商城 (store) · iOS"),
    ],
)
def test_an_app_that_is_a_cell_has_its_name_and_its_key(made, reading, dimension, cause, value, said):
    made.add("apps", {"app_key": "store", "app_name": "示例商城", "platform": "ios", "is_registered": True})
    made.add("incidents", incident("all", 4, app_key="*", cause_kind="cell", cause=cause))
    counts = {"requests_before": 10, "successes_before": 9, "requests_now": 10, "successes_now": 5}
    effects = {"mix_effect": 0.0, "rate_effect": -0.4}
    made.add("incident_cells", {"incident_id": "all", "dimension": dimension, "value": value} | counts | effects)
    (one,) = incidents_of(made, reading).all
    assert [cell.value.en for cell in one.cells] == [said]


def page_of_shop(found: PageIncidents, days: set[date], withdrawn: list[PageIncident]) -> str:
    """Render the incidents on the page of the app `shop`. `days` are the days that have a page of their own."""
    limits = {"INCIDENTS_LISTED": 200, "OWN_ENDED_LISTED": 5, "PARTS_LISTED": 5}
    template = environment(limits | {"day_pages": days}).get_template("parts/incidents_of_app.html.jinja")
    return template.render(root="../../", page="app", entries=found.of_app("shop"), withdrawn=withdrawn)


def test_the_page_of_an_app_has_each_of_its_incidents_and_stays_small(made, reading):
    """There may be 100,000 apps, so a page and its figures have at most 20 kB, except in the worst case."""
    made.add("incidents", incident("now", 1, lost=9.0))
    made.add(
        "incidents",
        *(incident(f"old-{back}", back, state="recovered", last_day=day(back - 3)) for back in range(9, 60)),
    )
    found = incidents_of(made, reading)
    ended = [one.incident for one in found.of_app("shop") if one.incident.state == "recovered"]
    assert len(ended) == 51
    page = page_of_shop(found, {day(19)}, ended)
    assert re.findall('data-incident="([^"]+)"', page) == ["now", *(one.incident_id for one in ended)]
    assert re.findall('data-withdrawn="([^"]+)"', page) == [one.incident_id for one in ended[:5]]
    assert "Ended incidents: 51" in page
    assert "46 more" in page
    # Ended incidents beyond the first five have one line each.
    lines = dict(re.findall('<li data-incident="([^"]+)">(.*)</li>', page))
    assert list(lines) == [one.incident_id for one in ended[5:]]
    for one in ended[5:]:
        assert one.text.zh in lines[one.incident_id]
        assert one.text.en in lines[one.incident_id]
        assert f"{one.published.incident.first_day}" in lines[one.incident_id]
    assert [key for key, line in lines.items() if f'href="../../days/{day(19)}.html"' in line] == ["old-19"]
    assert sum("/days/" in line for line in lines.values()) == 1
    sizes = [len(line.encode()) for line in lines.values()]
    assert max(sizes) < 400
    assert len(page.encode()) - sum(sizes) < 10_000


def test_the_page_of_an_app_has_each_part_of_an_ended_incident_and_what_was_noted(made, reading):
    made.add("incidents", incident("whole", 9, state="recovered", last_day=day(5), lost=99.0))
    parts = [f"part-{i}" for i in range(7)]
    ended = {"state": "recovered", "last_day": day(5)}
    made.add("incidents", *(incident(one, 9, part_of="whole", **ended) for one in parts))
    others = [f"other-{i}" for i in range(5)]
    made.add("incidents", *(incident(one, 20, state="recovered", last_day=day(18), lost=1.0) for one in others))
    made.add("incidents", incident("last-part", 20, part_of="other-4", lost=0.5, **ended))
    made.add("notes", {"day": day(9), "app_key": "shop", "text": "A release."})
    page = page_of_shop(incidents_of(made, reading), set(), [])
    assert re.findall('data-incident="([^"]+)"', page) == [*others, "last-part", "whole", *parts]
    assert "more" not in page
    # All others except the last part had ended before the day of the note.
    assert page.count("A release.") == 1 + len(parts) + 1


def test_an_open_incident_and_its_part_have_what_was_noted_and_their_first_day_without_a_script(made, reading):
    made.add("incidents", incident("whole", 9, lost=99.0), incident("part", 8, part_of="whole"))
    made.add("notes", {"day": day(4), "app_key": "shop", "text": "A release."})
    page = page_of_shop(incidents_of(made, reading), set(), [])
    for back, element in zip((9, 8), page.split("data-incident=")[1:], strict=True):
        assert "A release." in element
        assert f"{day(back):%m-%d}" in element


def test_an_acknowledged_one_and_one_that_is_no_fault_are_amber(made, reading):
    further = {"kind": "further", "metric": "surge", "channel": "*"}
    made.add(
        "incidents", incident("red", 4), incident("known", 4, channel="qq"), incident("more", 4, **further),
        incident("ended", 9, state="recovered", last_day=day(7)),
    )  # fmt: skip
    made.add(
        "notes", *({"day": day(2), "app_key": "shop", "text": "x", "incident_id": key} for key in ("known", "ended"))
    )
    found = incidents_of(made, reading)
    assert [(one.incident_id, one.is_amber, one.is_acknowledged_open) for one in found.all] == [
        ("red", False, False), ("more", True, False), ("known", True, True), ("ended", False, False),
    ]  # fmt: skip
    assert found.open_figures("shop")["open"]["amber"] == [False, True, True]
    page = page_of_shop(found, set(), [])
    classes = dict(
        zip(re.findall('data-incident="([^"]+)"', page), re.findall('<li class="([^"]+)"', page), strict=True)
    )
    assert classes == {
        "red": "incident open", "more": "incident open amber", "known": "incident open amber",
        "ended": "incident recovered",
    }  # fmt: skip
    assert page.count("已确认") == 1


def test_the_line_to_copy_is_of_open_ones_that_stand_alone_and_nobody_acknowledged(made, reading):
    made.add(
        "incidents",
        incident("red", 4),
        incident("part", 4, metric="verification_result_rate", part_of="red"),
        incident("known", 4, channel="qq"),
        incident("all", 4, app_key="*"),
        incident("ended", 9, state="recovered", last_day=day(7)),
    )
    made.add("notes", {"day": day(2), "app_key": "shop", "text": "x", "incident_id": "known"})
    found = incidents_of(made, reading)
    lines = {one.incident_id: one.note_line.en for one in found.all if one.note_line}
    assert lines == {
        "red": f"{AS_OF},shop,<your note>,red", "all": f"{AS_OF},*,<your note>,all",
    }  # fmt: skip
    # On an app's page the script has the id, to keep it small.
    assert "<code>" not in page_of_shop(found, set(), [])


def test_what_an_unregistered_app_did_is_marked(made, reading):
    made.add("apps", {"app_key": "ghost", "app_name": "ghost", "platform": "unknown", "is_registered": False})
    made.add(
        "incidents",
        incident("own", 4, app_key="ghost", lost=50.0),
        incident("whole", 4, app_key="*", lost=40.0, cause_kind="cell", cause="app_key=ghost & platform=android"),
        incident("other-cause", 4, app_key="*", lost=30.0, cause_kind="cell", cause="app_key=shop"),
        incident("other-dimension", 4, app_key="*", lost=20.0, cause_kind="cell", cause="platform=ghost"),
        incident("shop", 4, lost=10.0),
    )
    marked = {one.incident_id: one.is_unregistered for one in incidents_of(made, reading).all}
    assert marked == {"own": True, "whole": True, "other-cause": False, "other-dimension": False, "shop": False}


def test_the_days_of_the_level_are_those_of_the_incident_and_seven_at_most(made, reading):
    made.add(
        "incidents",
        incident("old", 9),
        incident("young", 1),
        incident("new", 0),
        incident("data", 3, kind="data", metric="missing_day", app_key="*", channel="*"),
    )
    said = {one.incident_id: one.level_days and one.level_days.zh for one in incidents_of(made, reading).all}
    assert said == {"old": "最近 7 天", "young": "最近 2 天", "new": "最近 1 天", "data": None}


def test_the_evidence_of_each_open_one_and_each_of_its_parts_is_there_once(made, reading):
    made.add(
        "incidents",
        incident("open", 4, lost_total=0.0),
        incident("part", 5, part_of="open", state="recovered", last_day=day(2)),
        incident("ended", 9, state="recovered", last_day=day(2)),
        incident("other", 4, app_key="game"),
    )
    found = evidence(incidents_of(made, reading).of_app("shop"))["evidence"]
    assert list(found) == ["open", "part"]
    assert found["open"] == {"first": f"{day(4)}", "level": 5}
    assert (found["part"]["is_part"], found["part"]["last"]) == (True, f"{day(2)}")


def test_without_an_open_one_there_is_no_evidence(made, reading):
    made.add("incidents", incident("ended", 9, state="recovered", last_day=day(2)))
    assert evidence(incidents_of(made, reading).of_app("shop")) == {}


def test_shares_of_the_evidence_have_the_digits_that_a_page_has(made, reading):
    made.add("incidents", incident("open", 4, cause_kind="cell", cause="carrier=CMCC", codes="error 5"))
    counts = {"requests_before": 32, "successes_before": 29, "requests_now": 0, "successes_now": 0}
    effects = {"mix_effect": 0.0, "rate_effect": -1 / 3}
    made.add("incident_cells", {"incident_id": "open", "dimension": "carrier", "value": "CMCC"} | counts | effects)
    made.add("incidents", incident("version", 4, channel="wechat", cause_kind="cell", cause="sdk_version=2"))
    made.add("incident_cells", {"incident_id": "version", "dimension": "sdk_version", "value": "2"} | counts | effects)
    found = evidence(incidents_of(made, reading).of_app("shop"))["evidence"]
    value, *numbers = (cell for (cell,) in found["open"]["cells"].values())
    assert numbers == [32, 90.63, 0, None, -33.33]
    assert value[0] != value[1]
    assert found["version"]["cells"]["value"] == ["SDK 2"]
    assert found["version"]["dimension"] == ("SDK 版本", "SDK version")


def test_incidents_of_the_sign_in_rate_lead_to_the_sessions_and_say_what_became_of_who_failed(made, reading):
    sign_in = {"metric": "sign_in_rate", "channel": "*"}
    made.add(
        "incidents",
        incident("shop", 4, lost=9.0, **sign_in),
        incident("all", 4, app_key="*", lost=8.0, **sign_in),
        incident("ended", 9, state="recovered", last_day=day(6), **sign_in),
        incident("technical", 4, app_key="*", lost=7.0),
    )
    for app_key, back, sessions in (("shop", 0, 30), ("game", 0, 50), ("game", 6, 7), ("shop", 1, 99)):
        path = {"day": day(back), "app_key": app_key, "failed_channel": "one_click", "failure": "timeout"}
        made.add(
            "session_paths_daily",
            path | {"way": "retry", "signed_in_by": "one_click", "sessions": sessions, "within_minute": 0},
            path | {"way": "lost", "sessions": 10, "within_minute": 0},
        )
        made.add("session_stops_daily", {"day": day(back), "app_key": app_key, "channel": "one_click", "stage": "page",
                                         "outcome": "success", "sessions": 12})  # fmt: skip
    found = {one.incident_id: one for one in incidents_of(made, reading).all}
    assert {key: f"{one.link}{one.fragment}" for key, one in found.items()} == {
        "shop": "apps/shop/index.html#sign-ins", "all": "signin.html", "ended": "apps/shop/index.html#sign-ins",
        "technical": "monitor.html",
    }  # fmt: skip
    stopped = "；未见登录的最多停在授权页（未点击）"
    assert {key: one.failed and one.failed.zh for key, one in found.items()} == {
        "shop": f"{AS_OF:%m-%d} 失败的 40 次中 75% 由重试或其他方式登录，10 次未见登录{stopped}",
        "all": f"{AS_OF:%m-%d} 失败的 100 次中 80% 由重试或其他方式登录，20 次未见登录{stopped}",
        "ended": None,
        "technical": None,
    }


def test_the_usual_range_of_a_latency_has_no_weekdays_and_no_holidays(made, reading):
    weekly, first = [400, 410, 420, 430, 440, 900, 900], day(2)
    for back in range(60):
        made.add("day_quality", {"day": day(back), "day_state": "complete", "is_holiday": back == 10})
        latency = 5000 if day(back) >= first else weekly[day(back).weekday()]
        if back != 20:
            made.add("channel_daily", {"day": day(back), "app_key": "shop", "channel": "one_click",
                                       "latency_p95_ms": latency})  # fmt: skip
    made.add("incidents", incident("slow", 2, kind="further", metric="latency_p95_ms", level_now=5000.0))
    marts = PublishedTables(reading.enter_context(closing(open_published(made.close(has_periods=False)))))
    curve = incident_curves(marts, marts.incidents(), context.quality_by_day(marts))["slow"]
    by_day = {row.day: row for row in curve.rows}
    # The median of all days, on a Sunday and on a holiday as on any other day.
    assert {by_day[day(back)].usual for back in (3, 9, 10, 11)} == {430}
    # No answers came on this day.
    assert by_day[day(20)].value is None
