"""Tests the texts of messages.

The title is the verdict; the lines report the faults, their cost, and the day's figures.
"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pipelines.alerts.figures import blocks
from pipelines.alerts.message import Message
from pipelines.contract.status import Problems
from tests.alerts.messages import DAY, HEADLINE, SHOP, WALLET, WARNINGS, of_day, of_week, warned

KNOWN = WALLET.model_copy(update={"acknowledged": True, "notes": ["厂商处理中"]})
LATENCY = SHOP.model_copy(update={"kind": "further"})
FETCH = warned("fetch", "s3://logs：无法连接", "s3://logs: it cannot be reached")
UNSENT = warned("alerts", "有提醒未能送达", "`daily` of 2026-11-26: 0 of 1 receivers accepted it")

DAY_ZH = """\
❗示例钱包 一键登录成功率 96%→43%，11-10 起第 18 天，另有 1 项
authmeter 报告 2026-11-27：https://reports.example.com/authmeter/apps/wallet/index.html
原因：SDK 2.15.0（26%，其余 95%）
损失：11-27 少 139 次登录，累计 2,503
走势 10-27 至 11-27（43%–97%）：████████████·█┊▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
合计：2 个问题正在发生，有 1 条告警
其他异常：
- 商城 · 全部渠道日请求量 1,200 → 500 https://reports.example.com/authmeter/apps/shop/index.html
告警：
- package_run_out: a1：资源包可能在 2026-12-11 用完
数据（括号内为平时范围）：
- 技术成功率 92.44%（94.5%–96.8%），低于平时
- 号码认证量 4,896（4,527–5,281）
- 一键登录认证量 2,026（1,985–2,262）
- 本机号码认证量 3,400（2,274–3,305），高于平时
- 三方授权量 2,793（较上周同日 -2.9%）
- 记录数 20,000，为平时的 100%
确认首项异常：在 registry/notes.csv 中加入 2026-11-27,wallet,<情况说明>,d1c6a1b2c3d4e5f6"""
DAY_EN = """\
❗示例钱包 One-click login success rate 96%→43%, day 18 since 11-10
authmeter report 2026-11-27: apps/wallet/index.html
Cause: SDK 2.15.0 (26%, all others 95%)
Loss: 139 fewer sign-ins on 11-27, 2,503 in all
10-27 to 11-27 (43%–97%): ████████████·█┊▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
In all: 1 problem is happening
Figures (usual range in brackets):
- Technical success rate 92.44% (94.5%–96.8%), below the usual
- Number verifications 4,896 (4,527–5,281)
- One-click verifications 2,026 (1,985–2,262)
- Local number verifications 3,400 (2,274–3,305), above the usual
- Third-party authorizations 2,793 (-2.9% on last week)
- Records 20,000, 100% of the usual
Acknowledge the first: add to registry/notes.csv 2026-11-27,wallet,<your note>,d1c6a1b2c3d4e5f6"""
WEEK_ZH = """\
❗11-23 至 11-29 一周：新发生 1 项，结束 1 项，2 项正在发生
authmeter 报告 2026-11-29：https://reports.example.com/authmeter/index.html
合计：2 个问题正在发生
本周数据：
- 只有 6 天有数据
- 技术成功率 92.81%（较上周 -0.78 百分点，平时 95.62%）
- 号码认证量 31,605（较上周 -2.5%（6 天））
- 计费量 31,605
新发生：
- 商城 · 新问题
仍在发生：
- 示例钱包 · 一键登录成功率 96% → 43%，11-10 起第 18 天，11-27 少 139 次登录；SDK 2.15.0 仅 26% \
https://reports.example.com/authmeter/apps/wallet/index.html
已结束：
- 游戏 · 已恢复
资源包：
- a1：剩余 15,909 / 62,000，预计 2026-12-11 用完，最迟 2026-12-04 购买
- a2：剩余 ≤ 10 / 20
2026-10 账单：
- a1：45,683，与日志相差 +405，金额 1,827.32"""
WEEK_EN = """\
❗Week 11-23 to 11-29: 1 began, 1 ended
authmeter report 2026-11-29: https://reports.example.com/authmeter/index.html
In all: No problem is happening
Figures of the week:
- Only 6 of 7 days have data
- Technical success rate 92.81% (-0.78 points on the week before, usually 95.62%)
- Number verifications 31,605 (-2.5% on the week before over 6 days)
- Billable verifications 31,605
Began:
- Shop · a new problem
Ended:
- Game · recovered
Resource packages:
- a1: 15,909 of 62,000 left, run out on 2026-12-11, buy by 2026-12-04
- a2: ≤ 10 of 20 left
Bill of 2026-10:
- a1: 45,683, +405 against the log, amount 1,827.32"""


def test_a_day_with_problems_reads_from_the_verdict_to_the_figures() -> None:
    message = of_day(WALLET, SHOP, warnings=WARNINGS)
    assert f"{message.title.zh}\n{message.body('zh')}" == DAY_ZH
    message = of_day(WALLET, site="")
    assert f"{message.title.en}\n{message.body('en')}" == DAY_EN


def test_a_week_reads_from_what_began_to_the_bill() -> None:
    message = of_week(WALLET, SHOP)
    assert f"{message.title.zh}\n{message.body('zh')}" == WEEK_ZH
    message = of_week()
    assert f"{message.title.en}\n{message.body('en')}" == WEEK_EN


def test_a_week_with_one_day_of_data_says_one_day() -> None:
    message = of_week()
    assert message.week
    figures = tuple(replace(one, matched_days=1) for one in message.week.figures)
    body = replace(message, week=replace(message.week, days=1, figures=figures)).body("en")
    assert "- Only 1 of 7 days has data\n" in body
    assert "- Number verifications 31,605 (-2.5% on the week before over 1 day)\n" in body


@pytest.mark.parametrize(
    ("message", "zh", "en", "is_bad"),
    [
        (of_day(), "✅ 11-27 一切正常", "✅ 11-27: all is normal", False),
        (of_day(LATENCY), "✅ 11-27 一切正常", "✅ 11-27: all is normal", False),
        (of_day(KNOWN), "✅ 11-27 没有新问题，1 个问题已确认", "✅ 11-27: nothing new, 1 acknowledged", False),
        (of_day(SHOP, KNOWN), f"❗{SHOP.title_zh}，另有 1 项", f"❗{SHOP.title_en}, 1 more", True),
        (of_day(KNOWN, warnings=WARNINGS), "⚠️ 11-27 有 1 条告警，1 个问题已确认",
         "⚠️ 11-27: warnings: 1, 1 acknowledged", False),
        # The pages do not have this warning, so `problems` does not count it.
        (of_day(warnings=[FETCH], problems=Problems(), kind="warning"), "⚠️ 11-27 有 1 条告警",
         "⚠️ 11-27: warnings: 1", True),
        # A failed delivery is the sender's problem, not the day's.
        (of_day(warnings=[UNSENT], problems=Problems()), "✅ 11-27 一切正常", "✅ 11-27: all is normal", False),
        (of_day(headline=replace(HEADLINE, is_short=True)), "⚠️ 11-27 记录远少于平时",
         "⚠️ 11-27: far fewer records than usual", False),
        (of_day(headline=replace(HEADLINE, days=7)), "11-27 没有发现问题，但只有 7 天数据，不足以判断",
         "11-27: nothing found, but 7 days of data are too few to compare with", False),
        (of_day(kind="late"), "❗11-27 没有数据", "❗11-27 without data", True),
        (of_day(kind="late", what="x", first_day=DAY.replace(day=26)), "❗11-26 至 11-27 尚未发布",
         "❗11-26 to 11-27 not published yet", True),
        (of_day(kind="failed", what="The disk is full."), "❗11-27 运行失败", "❗Run for 11-27 failed", True),
        (of_day(kind="test", what="x"), "authmeter：测试消息", "authmeter: test message", False),
    ],
)  # fmt: skip
def test_the_title_is_the_verdict(message: Message, zh: str, en: str, is_bad: bool) -> None:
    assert (message.title.zh, message.title.en, message.is_bad) == (zh, en, is_bad)


def test_an_acknowledged_incident_is_listed_with_its_note_and_asks_for_nothing() -> None:
    body = of_day(KNOWN).body("zh")
    assert "原因" not in body
    assert "确认首项异常" not in body
    assert f"- {KNOWN.text_zh}（备注：厂商处理中）" in body
    assert "authmeter 报告 2026-11-27：https://reports.example.com/authmeter/index.html" in body


def test_a_failed_run_says_what_to_do() -> None:
    message = Message("failed", DAY, DAY, "failed", what="The disk is full.", why="No room.", to_do=["Free space."])
    assert message.body("zh").splitlines()[1:] == ["The disk is full.", "No room.", "处理：", "- Free space."]


def test_five_incidents_are_listed_and_the_others_counted() -> None:
    message = of_day(*[SHOP] * 8)
    lines = message.body("en").splitlines()
    assert lines.count(f"- {SHOP.text_en} {SHOP.url}") == 5
    assert "- … (+2)" in lines
    assert message.title.en.endswith(", 7 more")


def test_the_command_gets_the_figures_with_their_range_and_the_parts_of_an_incident() -> None:
    found = json.loads(json.dumps(of_day(WALLET, warnings=WARNINGS).as_json("zh")))
    assert found["figures"]["number_verifications"] == {
        "metric": "number_verifications", "value": 4896, "week_before": 5000, "change": -0.0208, "usual": 4904.0,
        "low": 4526.4, "high": 5281.6,
    }  # fmt: skip
    (incident,) = found["incidents"]
    assert (incident["title"], incident["cause"]) == (WALLET.title_zh, WALLET.reason_zh)
    assert (incident["link"], incident["url"]) == (WALLET.link, WALLET.url)
    assert Problems(**found["problems"]) == Problems(open=1, warnings=1)
    week = json.loads(json.dumps(of_week(WALLET).as_json("zh")))["week"]
    assert (week["first"], week["last"], week["ended"]) == ("2026-11-23", "2026-11-29", ["f00"])


def test_blocks_reach_from_the_least_to_the_greatest() -> None:
    assert blocks([0, 1, 2, 3, 4, 5, 6, 7, None], 0, 7) == "▁▂▃▄▅▆▇█·"
