"""The published sessions of a sample are its planned visits, and the first line of their page says so."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from html import unescape
from typing import Any

import duckdb
import pytest

from pipelines.sample.apps import sample_apps
from pipelines.sample.faults import faults
from pipelines.sample.records import SampleRecords
from pipelines.sample.write import SampleSpec, sample_days, write_sample
from tests.support import DataFolder

# 56 days have all faults; only the logs of the last ones are written and read.
SPEC = SampleSpec(days=56, apps=8, events=3_000, seed=1, last_day=date(2026, 3, 31))
WRITTEN_DAYS = 2
Rows = list[tuple[Any, ...]]

_WAYS = """
    CASE
        WHEN signed_in_by IS NULL THEN CASE WHEN is_cut THEN 'cut' ELSE 'lost' END
        WHEN is_failed THEN CASE signed_in_by WHEN failed_channel THEN 'retry' ELSE 'other' END
        ELSE CASE signed_in_by WHEN entry_channel THEN 'direct' ELSE 'other' END
    END AS way
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """The published data folder of the last days of a sample."""
    root = tmp_path_factory.mktemp("sessions") / "data"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("pipelines.sample.write.sample_days", lambda *given: sample_days(*given)[-WRITTEN_DAYS:])
        write_sample(root, SPEC)
    found = DataFolder(root)
    found.publish(SPEC.last_day)
    return found


@pytest.fixture(scope="module")
def planned() -> dict[str, Rows]:
    """The expected tables of the newest day, counted from the visits as they were drawn."""
    apps = sample_apps(SPEC.apps)
    day = sample_days(SPEC, faults(SPEC.days, apps, SPEC.seed))[-1]
    with duckdb.connect() as connection:
        records = SampleRecords(connection, apps, SPEC.events, SPEC.seed)
        records.choose([day])
        connection.execute(f"CREATE TEMP TABLE visits AS SELECT *, {_WAYS} FROM sample_visits")
        named = {
            "session_daily": "app_key, entry_channel, platform, carrier, sdk_version, scheme_id, way",
            "session_paths_daily": "app_key, failed_channel, failure, way, signed_in_by",
            "session_stops_daily": "app_key, last_channel, last_stage, last_outcome",
        }
        only = {"session_paths_daily": "is_failed", "session_stops_daily": "way = 'lost'"}
        found = {
            table: connection.execute(
                f"SELECT {names}, count(*) FROM visits WHERE {only.get(table, 'true')} GROUP BY ALL ORDER BY ALL"
            ).fetchall()
            for table, names in named.items()
        }
        found["unchecked"] = connection.execute(
            "SELECT app_key, count(*) FROM visits WHERE is_unchecked GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    return found


def published(folder: DataFolder, query: str) -> Rows:
    return folder.rows(query.replace("newest", f"day = '{SPEC.last_day}'"))


def test_sessions_are_the_planned_visits_in_each_cell(folder: DataFolder, planned: dict[str, Rows]) -> None:
    ways = ("direct", "retry", "other", "cut", "lost")
    names = "app_key, entry_channel, platform, carrier, sdk_version, scheme_id"
    rows = published(folder, f"SELECT {names}, {', '.join(ways)} FROM session_daily WHERE newest")
    cells = Counter({(*row[:6], way): count for row in rows for way, count in zip(ways, row[6:], strict=True) if count})
    assert cells == {tuple(row[:-1]): row[-1] for row in planned["session_daily"]}
    assert {row[-2] for row in planned["session_daily"]} >= {"direct", "retry", "other", "lost"}
    unchecked = "SELECT app_key, sum(unchecked) FROM session_daily WHERE newest GROUP BY ALL HAVING sum(unchecked) > 0"
    assert sorted(published(folder, unchecked)) == planned["unchecked"] != []


def test_what_became_of_failures_and_where_the_others_stopped_is_as_planned(
    folder: DataFolder, planned: dict[str, Rows]
) -> None:
    names = "app_key, failed_channel, failure, way, signed_in_by, sessions"
    rows = published(folder, f"SELECT {names} FROM session_paths_daily WHERE newest ORDER BY ALL")
    assert rows == planned["session_paths_daily"]
    # People come back by the same channel, by WeChat and by a text message.
    assert {row[4] for row in rows if row[1] == "one_click"} >= {"one_click", "wechat", "sms", None}
    names = "app_key, channel, stage, outcome, sessions"
    rows = published(folder, f"SELECT {names} FROM session_stops_daily WHERE newest ORDER BY ALL")
    assert rows == planned["session_stops_daily"]


def test_where_a_server_or_an_sdk_logs_nothing_the_books_say_so(folder: DataFolder) -> None:
    servers = dict(published(folder, "SELECT app_key, by_server FROM session_books WHERE newest"))
    assert not servers["sample-app-0005"]
    assert servers["sample-app-0001"]
    steps = dict(published(folder, "SELECT app_key, sum(page + click) FROM funnel_daily WHERE newest GROUP BY ALL"))
    assert steps["sample-app-0006"] == 0 < steps["sample-app-0005"]


def test_the_first_line_of_the_page_is_the_truth_of_the_sample(folder: DataFolder) -> None:
    truth = json.loads((folder.root / "sample_truth.json").read_text("utf-8"))["sign_ins"]
    assert truth["day"] == str(SPEC.last_day)
    sessions, cut, back, cut_failed = (
        truth[name] for name in ("sessions", "cut", "failed_first_signed_in", "failed_first_cut")
    )
    # Sessions that midnight cut are in no rate.
    failed = truth["failed_first"] - cut_failed
    assert 0 < back < failed < sessions
    rate, share = f"{truth['signed_in'] / (sessions - cut):.1%}", f"{back / failed:.0%}"
    aside = {"zh": f"（{cut} 次跨日不计）", "en": f" ({cut} cut by midnight not counted)"}
    more = {"zh": f"，另有 {cut_failed} 次跨日", "en": f" ({cut_failed} more cut by midnight)"}
    aside, more = ({name: text if number else "" for name, text in texts.items()}
                   for texts, number in ((aside, cut), (more, cut_failed)))  # fmt: skip
    stop = truth["most_stopped_at"]
    assert (stop["channel"], stop["stage"], stop["outcome"]) == ("one_click", "page", "success")
    page = unescape(re.sub(r"<[^>]*>", "\n", (folder.root / "site" / "signin.html").read_text("utf-8")))
    lines = {line.strip() for line in page.splitlines()}
    assert (
        f"03-31：{sessions:,} 次登录会话，{rate} 登录成功{aside['zh']}；先失败的 {failed:,} 次中 {share} 最终登录成功，"
        f"其余 {failed - back:,} 次未见登录{more['zh']}；未见登录的最多停在授权页（未点击）"
    ) in lines
    assert (
        f"03-31: {sessions:,} sign-in sessions, {rate} signed in{aside['en']}; of {failed:,} that failed first, "
        f"{share} signed in later, the other {failed - back:,} were not seen signing in{more['en']}; most of those "
        "not seen signing in stopped at the authorization page (no click)"
    ) in lines


def test_after_a_failure_of_the_planted_version_nobody_comes_back() -> None:
    apps = sample_apps(SPEC.apps)
    wrong = faults(SPEC.days, apps, SPEC.seed)
    losing = wrong.rates[0]
    assert (losing.metric, losing.app_key) == ("sign_in_rate", "sample-app-0001")
    cause = str(losing.cause).replace("=", " = '") + "'"
    signed_in = {}
    with duckdb.connect() as connection:
        records = SampleRecords(connection, apps, SPEC.events, SPEC.seed)
        for day in (losing.first - 1, losing.first):
            records.choose([sample_days(SPEC, wrong)[day]])
            rows = connection.execute(
                f"SELECT {cause} AS is_version, count(*), count(signed_in_by) FROM sample_visits "
                "WHERE is_failed AND app_key = $app AND entry_channel = 'one_click' GROUP BY ALL",
                {"app": losing.app_key},
            ).fetchall()
            signed_in[day] = {is_version: (failed, back) for is_version, failed, back in rows}
    (failed, back), (before, back_before) = (signed_in[day][True] for day in (losing.first, losing.first - 1))
    assert back == 0 < failed
    assert 0.4 * before < back_before
