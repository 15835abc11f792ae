"""Tests figures and texts of sign-in sessions, from made-up tables and from logs."""

from __future__ import annotations

import json
import re
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines.common.project import PROJECT
from pipelines.contract.measures.metrics import metric
from pipelines.contract.measures.session_metrics import FUNNEL, STEP_PAIRS, STEPS
from pipelines.store.published_file import open_published
from reports.build.app_sign_ins import sign_in_documents
from reports.content.context import apps
from reports.content.published import COMPARED_LISTED, WHOLE_COMPARED_LISTED, PublishedTables
from reports.content.sign_in.funnel import missing_steps, rates
from reports.content.sign_in.sign_in_words import EXAMPLES, failed_words, sentence
from reports.content.sign_in.sign_ins import APPS_LISTED, DaySessions, Failed, Stop, app_sign_ins
from reports.content.wording.words import word
from tests.data.made_database import Database, day
from tests.data.packed_texts import unpacked
from tests.data.published_tables import prepare
from tests.support import DAY, CopyOf, DataFolder, days_before, record

NONE = Failed(0, 0, 0)


def of_day(
    signed_in: int = 0, lost: int = 0, cut: int = 0, failed: Failed = NONE, stop: Stop | None = None, records: int = 9
) -> DaySessions:
    concluded = signed_in + lost
    return DaySessions(records, concluded + cut, cut, signed_in / concluded if concluded else None, failed, stop)


class TestFirstLine:
    def test_it_has_the_form_of_the_example(self):
        line = sentence(
            date(2026, 11, 27),
            of_day(11254, 1086, failed=Failed(1020, 0, 377), stop=Stop("one_click", "page", "success")),
            word,
        )
        assert line.zh == (
            "11-27：12,340 次登录会话，91.2% 登录成功；先失败的 1,020 次中 63% 最终登录成功，"
            "其余 377 次未见登录；未见登录的最多停在授权页（未点击）"
        )

    def test_sessions_that_midnight_cut_are_in_no_rate(self):
        total = Failed(20, 10, 4)
        line = sentence(DAY, of_day(90, 10, 20, total), word)
        assert line.zh == (
            "03-10：120 次登录会话，90.0% 登录成功（20 次跨日不计）；先失败的 10 次中 60% 最终登录成功，"
            "其余 4 次未见登录，另有 10 次跨日"
        )
        # The metric divides recovered sessions by failed sessions; neither includes sessions that midnight cut.
        assert (metric("recovery_rate").numerator, metric("recovery_rate").denominator) == (
            "recovered_sessions", "failed_sessions",
        )  # fmt: skip
        assert (total.recovered, total.concluded, total.sessions) == (6, 10, 20)
        only_cut = sentence(DAY, of_day(1, cut=1, failed=Failed(1, 1, 0)), word)
        assert only_cut.zh == "03-10：2 次登录会话，100.0% 登录成功（1 次跨日不计）"

    def test_what_did_not_happen_is_left_out(self):
        assert sentence(DAY, of_day(4), word).en == "03-10: 4 sign-in sessions, 100.0% signed in"
        all_back = of_day(2, failed=Failed(2, 0, 0))
        assert sentence(DAY, all_back, word).zh.endswith("；先失败的 2 次全部最终登录成功")
        none_back = sentence(DAY, of_day(1, 2, failed=Failed(2, 0, 2)), word)
        assert none_back.zh == "03-10：3 次登录会话，33.3% 登录成功；先失败的 2 次均未见登录"
        assert sentence(DAY, of_day(cut=3), word).en == "03-10: 3 sign-in sessions, all cut by midnight"

    def test_one_session_is_in_the_singular(self):
        assert sentence(DAY, of_day(1), word).en == "03-10: 1 sign-in session, 100.0% signed in"
        assert sentence(DAY, of_day(cut=1), word).en == "03-10: 1 sign-in session, cut by midnight"
        one_lost = sentence(DAY, of_day(1, 1, failed=Failed(2, 0, 1)), word)
        assert one_lost.en.endswith("; of 2 that failed first, 50% signed in later, the other was not seen signing in")
        card = failed_words(DAY, Failed(2, 0, 1), None, word)
        assert card is not None
        assert card.en.endswith("50% signed in by a retry or otherwise, 1 was not seen signing in")

    def test_without_sessions_it_has_no_rate(self):
        assert "%" not in sentence(DAY, of_day(), word).en
        assert sentence(DAY, of_day(records=0), word).zh == "03-10：没有登录记录"


def test_a_card_says_what_became_of_those_who_failed():
    line = failed_words(DAY, Failed(1020, 0, 377), Stop("one_click", "page", "success"), word)
    assert line is not None
    assert line.zh == (
        "03-10 失败的 1,020 次中 63% 由重试或其他方式登录，377 次未见登录；未见登录的最多停在授权页（未点击）"
    )
    assert line.en.startswith(
        "On 03-10, of 1,020 that failed, 63% signed in by a retry or otherwise, 377 were not seen"
    )
    none_back = failed_words(DAY, Failed(3, 1, 2), None, word)
    assert none_back is not None
    assert none_back.zh == "03-10 失败的 2 次均未见登录，另有 1 次跨日"
    assert failed_words(DAY, Failed(3, 3, 0), None, word) is None


def test_stops_without_words_of_their_own_are_channel_stage_and_outcome():
    line = sentence(DAY, of_day(1, 1, stop=Stop("wechat", "authorize", "cancelled")), word)
    assert line.en.endswith("stopped at WeChat · Authorization · Cancelled by user")


LOGGED = {
    "sessions": 100, "page": 90, "click": 80, "authorize": 70, "verify": 60, "page_click": 72, "click_authorize": 60,
    "authorize_verify": 56, "page_signed_in": 54, "signed_in": 60,
}  # fmt: skip


class TestFunnel:
    def test_rates_are_those_of_the_metrics(self):
        assert rates(LOGGED) == {
            "page_click": 0.8, "click_authorize": 0.75, "authorize_verify": 0.8, "page_signed_in": 0.6,
        }  # fmt: skip
        for pair, name in (("page_click", "click_rate"), ("page_signed_in", "page_rate")):
            assert (metric(name).numerator, metric(name).denominator) == (pair, STEP_PAIRS[pair][0])

    @pytest.mark.parametrize(("page", "is_missing"), [(30, False), (29, True), (0, True)])
    def test_a_step_that_fewer_than_half_of_the_signed_in_have_is_not_logged(self, page: int, is_missing: bool):
        found = LOGGED | {"page": page}
        assert missing_steps(found, STEPS) == (["page"] if is_missing else [])
        assert (rates(found)["page_signed_in"] is None) is is_missing
        assert rates(found)["click_authorize"] == 0.75

    def test_a_rate_needs_both_of_its_steps(self):
        found = LOGGED | {"click": 29, "page_click": 27, "click_authorize": 20}
        assert missing_steps(found, STEPS) == ["click"]
        assert (rates(found)["page_click"], rates(found)["click_authorize"]) == (None, None)
        assert (rates(found)["authorize_verify"], rates(found)["page_signed_in"]) == (0.8, 0.6)

    def test_an_app_whose_server_does_not_log_has_no_rate_of_the_verification(self):
        found = LOGGED | {"verify": 0, "authorize_verify": 0, "signed_in": 70, "page_signed_in": 63}
        assert missing_steps(found, STEPS) == ["verify"]
        assert (rates(found)["authorize_verify"], rates(found)["page_signed_in"]) == (None, 0.7)

    def test_a_step_that_nobody_passed_is_not_missing_if_nobody_signed_in(self):
        """A server that refuses every token still logs. A page that every user leaves has no click."""
        outage = LOGGED | {"verify": 0, "authorize_verify": 0, "signed_in": 0, "page_signed_in": 0}
        assert missing_steps(outage, STEPS) == []
        assert (rates(outage)["authorize_verify"], rates(outage)["page_signed_in"]) == (0.0, 0.0)
        closed = dict.fromkeys(FUNNEL, 0) | {"page": 20}
        assert missing_steps(closed, STEPS) == []
        assert rates(closed) == {
            "page_click": 0.0, "click_authorize": None, "authorize_verify": None, "page_signed_in": 0.0,
        }  # fmt: skip

    def test_without_sessions_nothing_is_missing(self):
        assert missing_steps(dict.fromkeys(FUNNEL, 0), STEPS) == []


def rows(table: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """Return the rows of a table of a document, which has a list for each column."""
    return [dict(zip(table, values, strict=True)) for values in zip(*table.values(), strict=True)]


def test_tables_and_choices_have_a_bounded_number_of_rows(tmp_path: Path):
    made = Database(tmp_path / "authmeter.duckdb")
    made.publish(first_day=day(0))
    none = dict.fromkeys(("retry", "other", "cut", "unchecked"), 0)
    for place in range(APPS_LISTED + 5):
        made.add("session_daily", none | {
            "day": day(0), "app_key": f"app-{place:03}", "entry_channel": "one_click", "platform": "ios",
            "carrier": "unknown", "sdk_version": f"1.{place % (WHOLE_COMPARED_LISTED + 2)}" if place else None,
            "sessions": 1000 - place, "direct": 1000 - place, "lost": 0,
        })  # fmt: skip
    made.add("outcome_daily", *(
        {"day": day(0), "app_key": "app-000", "channel": channel, "stage": stage, "platform": "ios",
         "carrier": "unknown", "outcome": outcome, "vendor": "umeng", "records": records}
        for channel, stage, outcome, records in (
            ("one_click", "prefetch", "success", 30), ("one_click", "prefetch", "timeout", 10),
            ("sms", "click", "success", 7), ("one_click", "page", "success", 99), ("wechat", "prefetch", "success", 5),
        )
    ))  # fmt: skip
    made.add("session_books", {"day": day(0), "app_key": "app-000", "records": 9, "without_subject": 0, "sessions": 9})
    with closing(open_published(made.close())) as connection:
        marts = PublishedTables(connection)
        prepare(marts, apps(marts))
        found = app_sign_ins(marts, 7)
        document = json.loads(sign_in_documents(marts, ["*"], word)["*"].text)
    assert len(found) == APPS_LISTED
    assert (found[0][:3], found[0].recovery_rate) == (("app-000", 1000, 1.0), None)
    assert {one.apps for one in found} == {APPS_LISTED + 5}
    whole = sum(1000 - place for place in range(APPS_LISTED + 5))
    tables = {name: [row for row in rows(table) if row["window_days"] == 7]
              for name, table in document["tables"].items()}  # fmt: skip
    assert [(row["entry_channel"], row["direct"], row["sessions"]) for row in tables["ways"]] == [
        ("one_click", whole, whole)
    ]
    (funnel,) = tables["funnel"]
    assert [funnel[name] for name in ("prefetch_successes", "prefetches", "text_records")] == [30, 40, 7]
    versions = [row for row in tables["compared"] if row["dimension"] == "sdk_version"]
    assert len(versions) == WHOLE_COMPARED_LISTED + 1
    # Three values share the last place: two versions, and the sessions without one.
    assert (versions[-1]["value"], versions[-1]["merged"]) == (None, 3)
    # The page's script keeps a choice by its key in every span.
    assert all(row["value"] for row in versions[:-1])
    assert sum(row["sessions"] for row in versions) == whole


def test_an_app_is_compared_by_fewer_values_than_all_apps(tmp_path: Path):
    made = Database(tmp_path / "authmeter.duckdb")
    made.publish(first_day=day(0))
    made.add("apps", {"app_key": "shop"})
    made.add("session_daily", *(
        {"day": day(0), "app_key": "shop", "entry_channel": "one_click", "platform": "ios", "carrier": "unknown",
         "sdk_version": f"1.{place}", "sessions": 9, "direct": 9,
         **dict.fromkeys(("retry", "other", "cut", "lost", "unchecked"), 0)}
        for place in range(COMPARED_LISTED + 2)
    ))  # fmt: skip
    made.add("session_books", {"day": day(0), "app_key": "shop", "records": 99, "without_subject": 0, "sessions": 90})
    with closing(open_published(made.close())) as connection:
        marts = PublishedTables(connection)
        prepare(marts, apps(marts))
        found = {key: one for keys in (["*"], ["shop"]) for key, one in sign_in_documents(marts, keys, word).items()}
    listed = {
        key: [row["merged"] for row in rows(json.loads(one.text)["tables"]["compared"])
              if (row["dimension"], row["window_days"]) == ("sdk_version", 7)]
        for key, one in found.items()
    }  # fmt: skip
    assert listed == {"*": [None] * (COMPARED_LISTED + 2), "shop": [None] * COMPARED_LISTED + [2]}


def test_days_of_all_apps_are_sums_with_the_medians_of_all(tmp_path: Path):
    made = Database(tmp_path / "authmeter.duckdb")
    made.publish(first_day=day(1))
    made.add("apps", {"app_key": "game"}, {"app_key": "shop"})
    none = dict.fromkeys((*FUNNEL, "retry", "other", "cut", "unchecked"), 0)
    for key, sessions in (("game", 30), ("shop", 12)):
        cell = {"day": day(1), "app_key": key, "platform": "ios", "carrier": "unknown"}
        made.add("session_daily", {
            **{name: none[name] for name in ("retry", "other", "cut", "unchecked")}, **cell,
            "entry_channel": "one_click", "sessions": sessions, "direct": sessions - 2, "lost": 2,
        })  # fmt: skip
        made.add("funnel_daily", {**dict.fromkeys(FUNNEL, 0), **cell, "sessions": sessions, "page": sessions})
        made.add("session_books", {
            "day": day(1), "app_key": key, "records": sessions, "without_subject": 0, "sessions": sessions,
        })  # fmt: skip
    made.add("session_times_daily", *(
        {"day": day(1), "app_key": key, "step": "page_click", "sessions": 9, "negative": 0, "p50_ms": ms, "p95_ms": ms}
        for key, ms in (("game", 300), ("shop", 900), ("*", 500))
    ))  # fmt: skip
    with closing(open_published(made.close())) as connection:
        marts = PublishedTables(connection)
        prepare(marts, apps(marts))
        document = json.loads(sign_in_documents(marts, ["*"], word)["*"].text)
    ways, steps = document["way_days"]["one_click"], document["step_days"]["one_click"]
    newest = {name: unpacked(text, 90)[-2] for name, text in (ways | steps).items()}
    assert newest == {"direct": 38, "lost": 4, "page": 42, "page_click_p50_ms": 500}


def publish_sign_ins(folder: DataFolder) -> None:
    """Publish two sessions of a day with pre-fetches, 20 days after a text message."""
    at = f"{DAY}T10:00:00+08:00"
    step = {"device_id": "d1", "sdk_version": "=2.14"}
    folder.land("a.ndjson", [
        record("a1", stage="page", **step), record("a2", stage="click", **step),
        record("a3", outcome="timeout", event_time=at.replace("00+08", "04+08"), **step),
        record("a4", event_time=at.replace("00+08", "09+08"), **step),
        record("b1", stage="page", device_id="d2"), record("c1", channel="wechat"),
        record("sms", days_before(DAY, 20), channel="sms", stage="click", device_id="d1"),
        *(record(f"p{n}", stage="prefetch", outcome="success" if n else "timeout") for n in range(4)),
    ])  # fmt: skip
    folder.publish()


def test_the_page_and_the_files_of_a_log(made_once: CopyOf):
    folder = made_once(publish_sign_ins)
    page = (folder.store.site / "signin.html").read_text("utf-8")
    assert (
        "03-10：2 次登录会话，50.0% 登录成功；先失败的 1 次全部最终登录成功；未见登录的最多停在授权页（未点击）" in page
    )
    assert re.findall(r'data-part="sign-in-([\w-]+)"></div>', page) == ["ways", "funnel", "failures", "stops"]
    assert re.findall(r'<h2 [^>]*id="([\w-]+)"', page) == ["by-app-7", "by-app-30", "by-app-90"]
    files = {name: (folder.store.site / f"{name}.csv").read_bytes() for name in
             ("sessions", "session_paths", "session_stops", "funnel")}  # fmt: skip
    assert files["session_stops"] == (
        b"\xef\xbb\xbfday,app_key,channel,stage,outcome,sessions\r\n"
        b"2026-02-18,shop,sms,click,success,1\r\n2026-03-10,shop,one_click,page,success,1\r\n"
    )
    assert b"2026-03-10,shop,one_click,unknown,unknown,'=2.14,,1,0,1,0,0,0,0\r\n" in files["sessions"]
    assert b"shop,one_click,timeout,retry,one_click,1,1\r\n" in files["session_paths"]
    assert files["funnel"].count(b"\r\n") == 3


def test_a_span_counts_text_messages_and_pre_fetches_apart_from_the_funnel(made_once: CopyOf):
    script = (made_once(publish_sign_ins).store.site / "data" / "sign_ins.js").read_text("utf-8")
    document = json.loads(script.partition("=")[2].removesuffix(";\n"))
    names = ("window_days", "sessions", "prefetches", "prefetch_successes", "text_records")
    found = [[row[name] for name in names] for row in rows(document["tables"]["funnel"])]
    # Only the span of 7 days lacks the text message.
    assert found == [[7, 2, 4, 3, 0], [30, 2, 4, 3, 1], [90, 2, 4, 3, 1]]


def test_the_records_that_a_page_shows_are_those_of_the_log_format():
    assert EXAMPLES["page"] in (PROJECT / "docs/log-format.md").read_text("utf-8")
    records = [json.loads(line) for line in EXAMPLES.values()]
    assert [one["stage"] for one in records] == list(EXAMPLES) == ["page", "click", "authorize", "verify"]
    # Nobody can mistake one for a copy of another.
    assert len({(one["event_id"], one["event_time"]) for one in records}) == 4
