"""Example messages of a day and of a week, for the tests of message texts and of each service's form."""

from __future__ import annotations

from datetime import date, timedelta

from pipelines.alerts.figures import Curve, Figure, Headline
from pipelines.alerts.message import Message
from pipelines.alerts.week import Week, WeekFigure, WeekIncident
from pipelines.common.text import Bilingual
from pipelines.contract.status import OpenIncident, Problems, Warned

DAY = date(2026, 11, 27)
SITE = "https://reports.example.com/authmeter"

WALLET = OpenIncident(
    incident_id="d1c6a1b2c3d4e5f6", kind="rate", metric="technical_success_rate", app_key="wallet", channel="one_click",
    first_day=date(2026, 11, 10), days=18, level_before=0.96, level_now=0.43, lost=139.2, cause="sdk_version=2.15.0",
    text_en="示例钱包 · One-click login success rate 96% → 43%, day 18 since 11-10, 139 fewer sign-ins on 11-27; "
    "SDK 2.15.0 only 26%",
    text_zh="示例钱包 · 一键登录成功率 96% → 43%，11-10 起第 18 天，11-27 少 139 次登录；SDK 2.15.0 仅 26%",
    title_en="示例钱包 One-click login success rate 96%→43%, day 18 since 11-10",
    title_zh="示例钱包 一键登录成功率 96%→43%，11-10 起第 18 天",
    reason_en="SDK 2.15.0 (26%, all others 95%)", reason_zh="SDK 2.15.0（26%，其余 95%）",
    loss_en="139 fewer sign-ins on 11-27, 2,503 in all", loss_zh="11-27 少 139 次登录，累计 2,503",
    link="apps/wallet/index.html", url=f"{SITE}/apps/wallet/index.html", notes=[], acknowledged=False,
)  # fmt: skip
SHOP = WALLET.model_copy(
    update={
        "incident_id": "0a1b2c3d4e5f6071", "app_key": "shop",
        "text_en": "Shop · All channels requests 1,200 → 500 a day",
        "text_zh": "商城 · 全部渠道日请求量 1,200 → 500", "title_en": "Shop All channels requests 1,200→500 a day",
        "title_zh": "商城 全部渠道日请求量 1,200→500", "link": "apps/shop/index.html",
        "url": f"{SITE}/apps/shop/index.html",
    }
)  # fmt: skip
HEADLINE = Headline(
    (
        Figure("number_verifications", 4896, 5000, -0.0208, 4904.0, 4526.4, 5281.6),
        Figure("one_click_verifications", 2026, None, None, 2123.0, 1985.0, 2262.0),
        Figure("local_verifications", 3400, None, None, 2789.0, 2274.0, 3305.0),
        Figure("third_party_authorizations", 2793, 2877, -0.0292),
        Figure("technical_success_rate", 0.9244, 0.95, -0.0256, 0.957, 0.945, 0.968),
    ),
    20000, 20001, days=60,
)  # fmt: skip
RATES = (*[0.96, 0.95, 0.96, 0.97] * 3, None, 0.96, *[0.43, 0.45, 0.44] * 6)
CURVE = Curve(date(2026, 10, 27), RATES, date(2026, 11, 10), is_rate=True)


def warned(check: str, zh: str, en: str = "") -> Warned:
    return Warned(check=check, severity="warn", day=DAY, detail_zh=zh, detail_en=en, do="")


WARNINGS = [
    warned("package_run_out", "a1：资源包可能在 2026-12-11 用完", "a1: its resource packages may run out on 2026-12-11")
]


def of_day(*incidents: OpenIncident, site: str = SITE, **changes: object) -> Message:
    """Return the daily message of `DAY` with these open incidents.

    If `site` is empty, the incidents have no URL. `changes` replace fields of the message.
    """
    listed = [one if site else one.model_copy(update={"url": None}) for one in incidents]
    problems = Problems(
        open=sum(one.kind != "further" for one in incidents),
        acknowledged=sum(one.acknowledged for one in incidents),
        to_look_at=sum(one.kind == "further" for one in incidents),
        warnings=len(WARNINGS) if changes.get("warnings") else 0,
    )
    given: dict[str, object] = {
        "headline": HEADLINE, "incidents": listed, "problems": problems, "curve": CURVE if incidents else None,
        "report": f"{site}/index.html" if site else "index.html",
    }  # fmt: skip
    return Message(**{"kind": "daily", "day": DAY, "first_day": DAY, "state": "ok"} | given | changes)  # type: ignore[arg-type]


def of_week(*still_open: OpenIncident) -> Message:
    """Return the weekly message of the week to Sunday 29 November 2026 with these open incidents."""
    sunday = DAY + timedelta(days=2)
    week = Week(
        sunday - timedelta(days=6), sunday, 6,
        (
            WeekFigure("technical_success_rate", 0.9281, 0.9359, -0.0078, 7, 0.9562),
            WeekFigure("number_verifications", 31605, 32400, -0.0245, 6, None),
            WeekFigure("billable_verifications", 31605, None, None, 0, None),
        ),
        (WeekIncident("0a1b2c3d4e5f6071", Bilingual("商城 · 新问题", "Shop · a new problem")),),
        (WeekIncident("f00", Bilingual("游戏 · 已恢复", "Game · recovered")),),
        ({"account_id": "a1", "remaining": 15909, "quantity": 62000, "run_out_day": date(2026, 12, 11),
          "buy_by": date(2026, 12, 4), "is_upper_bound": False},
         {"account_id": "a2", "remaining": 10, "quantity": 20, "run_out_day": None, "buy_by": None,
          "is_upper_bound": True}),
        ({"month": date(2026, 10, 1), "account_id": "a1", "bill": 45683, "log": 45278, "amount": 1827.32},),
    )  # fmt: skip
    problems = Problems(open=len(still_open))
    return Message(
        "weekly",
        sunday,
        week.first,
        "ok",
        incidents=still_open,
        problems=problems,
        week=week,
        report=f"{SITE}/index.html",
    )
