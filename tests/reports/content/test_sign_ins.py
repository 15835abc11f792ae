"""Tests figures and texts of sign-in sessions, from made-up tables and from logs."""

from __future__ import annotations

import json
import re
from contextlib import closing
from datetime import date
from html import unescape
from pathlib import Path

import duckdb
import pytest

from pipelines.common.project import PROJECT
from pipelines.contract.measures.metrics import METRICS, metric
from pipelines.contract.measures.session_metrics import FUNNEL, STEP_PAIRS
from pipelines.incidents.usual.norms import IncidentDays, usual_of
from pipelines.store.published_file import open_published
from reports.content.context import apps
from reports.content.published import PublishedTables
from reports.content.sign_in.after_failure import FAILURES_LISTED, FailurePath, after_failure
from reports.content.sign_in.compared import VALUES_LISTED, compared
from reports.content.sign_in.funnel import Funnel
from reports.content.sign_in.sign_in_words import EXAMPLES, WAY_WORDS, failed_words, sentence, stop_words
from reports.content.sign_in.sign_ins import APPS_LISTED, DaySessions, Stop, Ways, sign_ins
from reports.content.sign_in.usual_funnel import usual_funnel
from reports.content.sign_in.way_drawings import way_bar, way_days
from reports.content.wording.words import word
from tests.data.made_database import Database, day
from tests.data.published_tables import prepare
from tests.support import DAY, CopyOf, DataFolder, days_before, record


def funnel(**counts: int) -> Funnel:
    return Funnel(dict.fromkeys(("sessions", *FUNNEL), 0) | counts, 0, 0, None)


def found(
    total: Ways, paths: list[FailurePath] | None = None, stops: list[Stop] | None = None, records: int = 9
) -> DaySessions:
    return DaySessions(records, total, after_failure(paths or []).total, stops or [])


def ways(**counts: int) -> Ways:
    named = dict.fromkeys(("direct", "retry", "other", "cut", "lost"), 0) | counts
    signed_in, concluded = named["direct"] + named["retry"] + named["other"], sum(named.values()) - named["cut"]
    return Ways(None, sum(named.values()), **named, sign_in_rate=signed_in / concluded if concluded else None)


def path(way: str, sessions: int, by: str | None = None, failure: str = "timeout") -> FailurePath:
    return FailurePath("one_click", failure, way, by, sessions, sessions if by else 0)


class TestFirstLine:
    def test_it_has_the_form_of_the_example(self):
        line = sentence(
            date(2026, 11, 27),
            found(
                ways(direct=10575, retry=423, other=256, lost=1086),
                [path("retry", 643, "one_click"), path("lost", 377)],
                [Stop("one_click", "page", "success", 700), Stop("qq", "login", "error", 2)],
            ),
            word,
        )
        assert line.zh == (
            "11-27：12,340 次登录会话，91.2% 登录成功；先失败的 1,020 次中 63% 最终登录成功，"
            "其余 377 次未见登录；未见登录的最多停在授权页（未点击）"
        )

    def test_sessions_that_midnight_cut_are_in_no_rate(self):
        paths = [path("retry", 6, "one_click"), path("cut", 10), path("lost", 4)]
        line = sentence(DAY, found(ways(direct=84, retry=6, cut=20, lost=10), paths), word)
        assert line.zh == (
            "03-10：120 次登录会话，90.0% 登录成功（20 次跨日不计）；先失败的 10 次中 60% 最终登录成功，"
            "其余 4 次未见登录，另有 10 次跨日"
        )
        # The metric divides recovered sessions by failed sessions; neither includes sessions that midnight cut.
        total = after_failure(paths).total
        assert (metric("recovery_rate").numerator, metric("recovery_rate").denominator) == (
            "recovered_sessions", "failed_sessions",
        )  # fmt: skip
        assert (total.recovered, total.concluded, total.sessions) == (6, 10, 20)
        only_cut = sentence(DAY, found(ways(direct=1, cut=1), [path("cut", 1)]), word)
        assert only_cut.zh == "03-10：2 次登录会话，100.0% 登录成功（1 次跨日不计）"

    def test_what_did_not_happen_is_left_out(self):
        assert sentence(DAY, found(ways(direct=4)), word).en == "03-10: 4 sign-in sessions, 100.0% signed in"
        all_back = found(ways(retry=2), [path("retry", 2, "one_click")])
        assert sentence(DAY, all_back, word).zh.endswith("；先失败的 2 次全部最终登录成功")
        none_back = sentence(DAY, found(ways(direct=1, lost=2), [path("lost", 2)]), word)
        assert none_back.zh == "03-10：3 次登录会话，33.3% 登录成功；先失败的 2 次均未见登录"
        assert sentence(DAY, found(ways(cut=3)), word).en == "03-10: 3 sign-in sessions, all cut by midnight"

    def test_without_sessions_it_has_no_rate(self):
        assert "%" not in sentence(DAY, found(ways()), word).en
        assert sentence(DAY, found(ways(), records=0), word).zh == "03-10：没有登录记录"


def test_a_card_says_what_became_of_those_who_failed():
    total = after_failure([path("retry", 643, "one_click"), path("lost", 377)]).total
    line = failed_words(DAY, total, [Stop("one_click", "page", "success", 700)], word)
    assert line is not None
    assert line.zh == (
        "03-10 失败的 1,020 次中 63% 由重试或其他方式登录，377 次未见登录；未见登录的最多停在授权页（未点击）"
    )
    assert line.en.startswith(
        "On 03-10, of 1,020 that failed, 63% signed in by a retry or otherwise, 377 were not seen"
    )
    none_back = failed_words(DAY, after_failure([path("lost", 2), path("cut", 1)]).total, [], word)
    assert none_back is not None
    assert none_back.zh == "03-10 失败的 2 次均未见登录，另有 1 次跨日"
    assert failed_words(DAY, after_failure([path("cut", 3)]).total, [], word) is None


def test_stops_without_words_of_their_own_are_channel_stage_and_outcome():
    assert stop_words(Stop("one_click", "authorize", "success", 1), word).zh == "授权成功，服务端没有取号"
    assert stop_words(Stop("wechat", "authorize", "cancelled", 1), word).en == (
        "WeChat · Authorization · Cancelled by user"
    )


LOGGED = {
    "sessions": 100, "page": 90, "click": 80, "authorize": 70, "verify": 60, "page_click": 72, "click_authorize": 60,
    "authorize_verify": 56, "page_signed_in": 54, "signed_in": 60,
}  # fmt: skip


class TestFunnel:
    def test_rates_are_those_of_the_metrics(self):
        rates = funnel(**LOGGED).rates
        assert rates == {
            "page_click": 0.8, "click_authorize": 0.75, "authorize_verify": 0.8, "page_signed_in": 0.6,
        }  # fmt: skip
        for pair, name in (("page_click", "click_rate"), ("page_signed_in", "page_rate")):
            assert (metric(name).numerator, metric(name).denominator) == (pair, STEP_PAIRS[pair][0])

    @pytest.mark.parametrize(("page", "is_missing"), [(30, False), (29, True), (0, True)])
    def test_a_step_that_fewer_than_half_of_the_signed_in_have_is_not_logged(self, page: int, is_missing: bool):
        found = funnel(**LOGGED | {"page": page})
        assert found.missing == (["page"] if is_missing else [])
        assert (found.rates["page_signed_in"] is None) is is_missing
        assert found.rates["click_authorize"] == 0.75

    def test_a_rate_needs_both_of_its_steps(self):
        found = funnel(**LOGGED | {"click": 29, "page_click": 27, "click_authorize": 20})
        assert found.missing == ["click"]
        assert (found.rates["page_click"], found.rates["click_authorize"]) == (None, None)
        assert (found.rates["authorize_verify"], found.rates["page_signed_in"]) == (0.8, 0.6)

    def test_an_app_whose_server_does_not_log_has_no_rate_of_the_verification(self):
        found = funnel(**LOGGED | {"verify": 0, "authorize_verify": 0, "signed_in": 70, "page_signed_in": 63})
        assert found.missing == ["verify"]
        assert (found.rates["authorize_verify"], found.rates["page_signed_in"]) == (None, 0.7)

    def test_a_step_that_nobody_passed_is_not_missing_if_nobody_signed_in(self):
        """A server that refuses every token still logs. A page that every user leaves has no click."""
        outage = funnel(**LOGGED | {"verify": 0, "authorize_verify": 0, "signed_in": 0, "page_signed_in": 0})
        assert outage.missing == []
        assert (outage.rates["authorize_verify"], outage.rates["page_signed_in"]) == (0.0, 0.0)
        closed = funnel(sessions=20, page=20)
        assert closed.missing == []
        assert closed.rates == {
            "page_click": 0.0, "click_authorize": None, "authorize_verify": None, "page_signed_in": 0.0,
        }  # fmt: skip

    def test_without_sessions_nothing_is_missing(self):
        assert funnel().missing == []


class TestAfterFailure:
    def test_rows_add_up_and_channels_are_columns(self):
        found = after_failure([
            path("retry", 5, "one_click"), path("other", 2, "qq"), path("other", 3, "wechat"), path("lost", 4),
            path("cut", 1), path("lost", 20, failure="cancelled"),
        ])  # fmt: skip
        assert found.channels == ["wechat", "qq"]
        cancelled, timeout = found.rows
        assert (cancelled.failure, cancelled.sessions, cancelled.recovered) == ("cancelled", 20, 0)
        assert (timeout.retry, timeout.by_channel, timeout.cut, timeout.lost) == (5, [3, 2], 1, 4)
        assert (timeout.recovered, timeout.within_minute) == (10, 10)
        assert found.total.sessions == 35
        assert found.others is None

    def test_rare_failures_are_one_row(self):
        count = FAILURES_LISTED + 3
        found = after_failure([path("lost", 100 - i, failure=f"f{i:02}") for i in range(count)])
        assert len(found.rows) == FAILURES_LISTED
        assert found.others is not None
        number, rest = found.others
        assert (number, rest.sessions) == (3, sum(100 - i for i in range(FAILURES_LISTED, count)))


def test_drawings_are_as_long_as_their_sessions():
    assert re.findall(r'class="(\w+)" x="([\d.]+)%" width="([\d.]+)%"', way_bar([5, 0, 0, 1, 4])) == [
        ("direct", "0.00", "50.00"), ("cut", "50.00", "10.00"), ("lost", "60.00", "40.00"),
    ]  # fmt: skip
    drawn = way_days([day(2), day(1), day(0)], {day(2): [4, 0, 0, 0, 0], day(0): [1, 0, 0, 0, 1]})
    assert re.findall(r'class="(\w+)" d="([^"]+)"', drawn) == [
        ("direct", "M0 0.00h0.8v100.00h-0.8zM2 75.00h0.8v25.00h-0.8z"), ("lost", "M2 50.00h0.8v25.00h-0.8z"),
    ]  # fmt: skip
    assert "path" not in way_days([day(0)], {})


def test_tables_and_choices_have_a_bounded_number_of_rows(tmp_path: Path):
    made = Database(tmp_path / "authmeter.duckdb")
    made.publish(first_day=day(0))
    none = dict.fromkeys(("retry", "other", "cut", "unchecked"), 0)
    for place in range(APPS_LISTED + 5):
        made.add("session_daily", none | {
            "day": day(0), "app_key": f"app-{place:03}", "entry_channel": "one_click", "platform": "ios",
            "carrier": "unknown", "sdk_version": f"1.{place % (VALUES_LISTED + 2)}" if place else None,
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
    with closing(open_published(made.close())) as connection:
        marts = PublishedTables(connection)
        prepare(marts, apps(marts))
        figures = sign_ins(marts, 1)
        assert len(figures.apps) == APPS_LISTED
        assert figures.apps[0][:3] == ("app-000", 1000, 1.0)
        assert figures.apps[0].recovery_rate is None
        assert [(one.entry_channel, one.direct) for one in figures.by_channel] == [
            ("one_click", figures.total.sessions)
        ]
        assert {one.apps for one in figures.apps} == {APPS_LISTED + 5}
        funnel = figures.funnel
        assert (funnel.prefetch_successes, funnel.prefetches, funnel.eligible_rate) == (30, 40, 0.75)
        assert figures.text_records == 7
        versions = compared(marts)[7]["sdk_version"]
        assert len(versions) == VALUES_LISTED + 1
        # Three values share the last place: two versions, and the sessions without one.
        assert versions[-1]["label"] == ["其他 3 个", "3 others"]
        # The page's script keeps a choice by its key in every span.
        assert versions[-1]["key"] is None
        assert all(one["key"] for one in versions[:-1])
        assert sum(one["sessions"] for one in versions) == sum(1000 - place for place in range(APPS_LISTED + 5))
        # No session is in one_click: the logs lack no step, and no session counts in the rate.
        assert versions[0]["rates"]["page_click"] == (0, 0)


def test_the_usual_of_the_funnel_is_that_of_the_eight_weeks_before(tmp_path: Path):
    made = Database(tmp_path / "authmeter.duckdb")
    made.publish(first_day=day(56))
    cell = {"app_key": "shop", "platform": "ios", "carrier": "unknown", **dict.fromkeys(FUNNEL, 0)}
    for back in range(57):
        # On the data day a third of the page's users click, and take twice as long.
        made.add("funnel_daily", {
            **cell, "day": day(back), "sessions": 1000, "page": 900, "page_click": 810 if back else 300, "click": 810,
        })  # fmt: skip
        made.add("session_times_daily", {
            "day": day(back), "app_key": "*", "step": "page_click", "sessions": 800, "negative": 0,
            "p50_ms": (1000 + 10 * (back % 2)) * (1 if back else 2), "p95_ms": 9000,
        })  # fmt: skip
    with closing(duckdb.connect(str(made.close()), read_only=True)) as connection:
        found = usual_funnel(PublishedTables(connection), IncidentDays([]))
    rate, time = found["page_click"]
    assert (rate.value, rate.usual, usual_of(rate).side) == (pytest.approx(1 / 3), 0.9, "below")
    assert (time.value, time.usual, usual_of(time).side) == (2000, 1005, "above")
    assert (found["authorize_verify"].rate.value, found["authorize_verify"].time.low) == (None, None)


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
    assert "缺少服务端取号" in page
    assert re.findall(r'<h2 [^>]*id="([\w-]+)-7"', page) == ["ways", "funnel", "failures", "stops", "by-app"]
    # Once for each span of days.
    assert unescape(page).count('"stage": "verify"') == 3
    files = {name: (folder.store.site / f"{name}.csv").read_bytes() for name in
             ("sessions", "session_paths", "session_stops", "funnel")}  # fmt: skip
    assert files["session_stops"] == (
        b"\xef\xbb\xbfday,app_key,channel,stage,outcome,sessions\r\n"
        b"2026-02-18,shop,sms,click,success,1\r\n2026-03-10,shop,one_click,page,success,1\r\n"
    )
    assert b"2026-03-10,shop,one_click,unknown,unknown,'=2.14,,1,0,1,0,0,0,0\r\n" in files["sessions"]
    assert b"shop,one_click,timeout,retry,one_click,1,1\r\n" in files["session_paths"]
    assert files["funnel"].count(b"\r\n") == 3


def test_a_span_with_a_text_message_is_not_said_to_lack_them(made_once: CopyOf):
    page = (made_once(publish_sign_ins).store.site / "signin.html").read_text("utf-8")
    # Only the span of 7 days lacks it.
    assert page.count("note texts") == 1
    # Pre-fetches are shown apart from the steps of the funnel.
    (eligible, *_) = re.findall(r'<p class="note eligible">(.*?)</p>', page, re.DOTALL)
    assert "75.0%" in eligible
    assert "75.0%" not in page.replace(eligible, "")


def test_records_without_a_subject_give_no_rate(folder: DataFolder):
    folder.land("a.ndjson", [record("a1"), record("a2", channel="wechat")])
    folder.publish()
    page = (folder.store.site / "signin.html").read_text("utf-8")
    assert "2 条登录记录都没有设备号和 attempt_id" in page
    content = page.split("<main")[1].split("page-data")[0]
    assert re.findall(r"[\d.]+%", content.split("Why trust this")[1]) == ["100.0%"]


def test_the_records_that_a_page_shows_are_those_of_the_log_format():
    assert EXAMPLES["page"] in (PROJECT / "docs/log-format.md").read_text("utf-8")
    records = [json.loads(line) for line in EXAMPLES.values()]
    assert [one["stage"] for one in records] == list(EXAMPLES) == ["page", "click", "authorize", "verify"]
    # Nobody can mistake one for a copy of another.
    assert len({(one["event_id"], one["event_time"]) for one in records}) == 4


def test_an_apps_page_lists_as_many_failures_as_the_page_of_all() -> None:
    script = (PROJECT / "reports/static/js/sign_ins/sign_ins.ts").read_text("utf-8")
    assert f"const FAILURES_LISTED = {FAILURES_LISTED};" in script


def test_a_way_has_the_name_of_its_metric() -> None:
    assert {way: METRICS[way].label for way in WAY_WORDS} == WAY_WORDS
