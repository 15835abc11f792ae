"""Tables and first screens contain everything that the sample plants in packages, limits, consoles and bills."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from pipelines.common.project import PROJECT
from tests.browser.conftest import Look, World
from tests.browser.snapshot import Node
from tests.browser.worlds import SAMPLE_DAY

SCREENS = {"desk": (1280, 900), "phone": (390, 844)}
UTC_ACCOUNT = "sample-account-3"


@pytest.fixture(scope="module")
def truth(world: World) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((world("sampled") / "data" / "sample_truth.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def published(world: World) -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(duckdb.connect(str(world("sampled") / "authmeter.duckdb"), read_only=True)) as connection:
        yield connection


def named(published: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    """Return the rows of a query as dictionaries. Days are texts."""
    found = published.execute(query)
    names = [column[0] for column in found.description or ()]
    return [
        {name: str(value) if isinstance(value, date) else value for name, value in zip(names, row, strict=True)}
        for row in found.fetchall()
    ]


def test_each_package_became_what_was_planted(published: duckdb.DuckDBPyConnection, truth: dict[str, Any]) -> None:
    assert len(truth["packages"]) == 7
    assert truth["packages"] == named(
        published,
        "SELECT resource_package_id, account_id, quantity, used, adjusted, expired, remaining FROM resource_packages "
        "ORDER BY resource_package_id",
    )
    readings = [{name: one[name] for name in ("resource_package_id", "day", "adjusted")} for one in truth["readings"]]
    assert {one["why"] for one in truth["readings"]} == {"used_before_the_log", "missing_day", "drift"}
    assert sorted(readings, key=lambda one: (one["resource_package_id"], one["day"])) == named(
        published,
        "SELECT resource_package_id, day, adjusted FROM resource_package_daily WHERE adjusted <> 0 ORDER BY ALL",
    )


def test_packages_run_out_lapse_and_did_not_suffice_as_planted(
    published: duckdb.DuckDBPyConnection, truth: dict[str, Any]
) -> None:
    accounts = truth["package_accounts"]
    assert [{name: one[name] for name in ("account_id", "remaining", "run_out_day")} for one in accounts] == named(
        published, "SELECT account_id, remaining, run_out_day FROM resource_package_forecast ORDER BY account_id"
    )
    running_out, overflowing, lapsing = accounts
    assert 10 <= (date.fromisoformat(running_out["run_out_day"]) - SAMPLE_DAY).days <= 14
    assert len(overflowing["overflow_days"]) >= 2
    assert [(one["account_id"], day) for one in accounts for day in one["overflow_days"]] == published.execute(
        "SELECT DISTINCT account_id, day::VARCHAR FROM resource_package_usage WHERE resource_package_id IS NULL "
        "ORDER BY ALL"
    ).fetchall()
    assert [(one["account_id"], one["overflow"]) for one in accounts if one["overflow"]] == published.execute(
        "SELECT account_id, sum(uses)::BIGINT FROM resource_package_usage WHERE resource_package_id IS NULL "
        "GROUP BY account_id ORDER BY account_id"
    ).fetchall()
    assert [one["lapses"] for one in (running_out, overflowing)] == [[], []]
    assert lapsing["lapses"] == named(
        published,
        "SELECT resource_package_id, ((expires_at AT TIME ZONE 'Asia/Shanghai')::DATE - 1)::VARCHAR AS day, "
        "unused_expected AS unused FROM resource_packages WHERE unused_expected > 0",
    )


def test_bills_and_consoles_differ_as_planted(published: duckdb.DuckDBPyConnection, truth: dict[str, Any]) -> None:
    keys = ("month", "account_id", "channel", "bill", "bill_minus_log", "cause", "explained")
    assert sorted(truth["bills"], key=lambda one: (one["account_id"], one["channel"])) == named(
        published,
        f"SELECT {', '.join(keys)} FROM reconciliation_monthly WHERE measure = 'quantity' ORDER BY month, account_id, "
        "channel",
    )
    assert [(one["account_id"], one["channel"], one["cause"]) for one in truth["bills"] if one["bill_minus_log"]] == [
        ("sample-account-1", "local_verify", "unknown")
    ]
    (console,) = truth["consoles"]
    assert (console["account_id"], console["shift_hours"]) == (UTC_ACCOUNT, 8)
    (gap,) = [date.fromisoformat(one["first_day"]) for one in truth["incidents"] if one["metric"] == "missing_day"]
    days = named(published, "FROM reconciliation_daily ORDER BY ALL")
    of_console = [one for one in days if one["account_id"] == UTC_ACCOUNT]
    assert (of_console[0]["day"], of_console[-1]["day"]) == (console["first_day"], console["last_day"])
    shifted = [one for one in of_console if one["cause"] == "shift"]
    assert len({one["day"] for one in shifted}) > 30
    assert {(one["shift_hours"], one["unexplained"]) for one in shifted} == {(console["shift_hours"], 0)}
    # For the day before the missing one, the console has hours that the log lacks.
    beside = {str(gap), str(gap - timedelta(days=1))}
    assert {one["cause"] for one in of_console if one["day"] not in beside} == {"shift", "within"}
    others = [one for one in days if one["account_id"] != UTC_ACCOUNT]
    assert {(one["cause"], one["difference"]) for one in others} == {("within", 0), ("no_log", None)}
    assert {one["day"] for one in days if one["cause"] == "no_log"} == {str(gap)}


def in_sight(page: Node, selector: str, screen: str) -> bool:
    """Whether the first element that matches the selector can be read without scrolling."""
    return page.one(selector).box[3] <= SCREENS[screen][1]


@pytest.mark.parametrize(("screen", "language"), [("phone", "zh"), ("desk", "en")])
def test_the_first_screens_answer_whoever_pays_the_bill(
    look: Look, truth: dict[str, Any], screen: str, language: str
) -> None:
    (wrong,) = [one for one in truth["bills"] if one["bill_minus_log"]]
    apart = f"{wrong['bill_minus_log'] / sum(one['bill'] for one in truth['bills']):.1%}"
    (lapse,) = truth["package_accounts"][2]["lapses"]
    running_out = truth["package_accounts"][0]
    buy_by = date.fromisoformat(running_out["run_out_day"]) - timedelta(days=7)
    ends = f"{running_out['run_out_day'][5:]}", f"{buy_by:%m-%d}"
    runs_out, lapses, app, agrees = {
        "zh": (
            f"按目前用量 {ends[0]} 用完，{ends[1]} 前购买；预计没有次数作废。",
            f"{lapse['day'][5:]} 到期时约剩 {lapse['unused']:,} 次作废。",
            "用量最多的应用 示例办公 Sample Office 0006",
            f"10 月账单与日志相差 {apart}，其中 100% 可由“结果未知”解释。",
        ),
        "en": (
            f"At the present rate it runs out on {ends[0]}, buy by {ends[1]}; nothing is expected to lapse.",
            f"on {lapse['day'][5:]} about {lapse['unused']:,} lapse.",
            "Used most by 示例办公 Sample Office 0006",
            f"The bill of 2026-10 and the log differ by {apart}, 100% of it explained by: Calls without a result.",
        ),
    }[language]

    def open_page(path: str) -> Node:
        return look(path, language, "sampled", width=SCREENS[screen][0])

    page = open_page("packages.html")
    sentences = page.texts(".account .sentence")
    assert sentences[0] == runs_out
    assert [said for said in sentences if said.endswith(lapses)]
    assert app in page.one(".account .facts").words
    assert in_sight(page, ".account .sentence", screen)
    assert in_sight(page, ".account .facts", screen)
    page = open_page("reconciliation.html")
    assert page.one("main .sentence").text == agrees
    assert in_sight(page, "main .sentence", screen)
    page = open_page("limits.html")
    rows = {row[0]: row[2:5] for row in page.rows("[data-figures=limits]")}
    assert rows["phone_10_day"] == ["0", "0", "0"]
    blocked, saved, harm = (int(count.replace(",", "")) for count in rows["phone_1_day"])
    assert blocked >= saved >= harm > 1000
    assert in_sight(page, "[data-figures=limits] tbody tr", screen)
    # A warning of packages is one click from its explanation.
    links = open_page("quality.html").all("#checks > .checks a")
    assert {link.target for link in links} == {"packages.html"}
    if language == "en":
        docs = (PROJECT / "docs" / "bills.md").read_text("utf-8")
        assert runs_out in docs
        assert agrees in docs
