"""The texts of incidents equal the example of the contract, exist in both languages, and are all used."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial

import pytest

from pipelines.common.catalogue import read_catalogue
from pipelines.common.text import Bilingual
from pipelines.contract.record.channels import DECLARED
from pipelines.contract.record.dimensions import DIMENSIONS
from pipelines.incidents import cause_words, sentences, words
from pipelines.incidents.cause_words import Channels, short_name
from pipelines.incidents.incident import ALL, NO_CAUSE, Cause, Incident
from pipelines.incidents.words import problem_words
from reports.content.wording.language import catalogue

AS_OF = date(2026, 11, 25)
WALLET = Incident(
    "1", "rate", "technical_success_rate", "wallet", "one_click", date(2026, 11, 8), None, "open", 18, 0.96, 0.45,
    139.2, 2502.6, Cause("cell", "sdk_version=2.15.0", 0.96, 0.26, 0.96, 0.95, 0.98), "error",
)  # fmt: skip
VOLUME = replace(
    WALLET, kind="volume", metric="volume", channel=ALL, level_before=1234.5, level_now=0.0, cause=NO_CAUSE
)
DATA = replace(
    WALLET, kind="data", metric="missing_delivery", app_key=ALL, channel=ALL, cause=Cause("cell", "source=gw2")
)
# The functions without a declared channel, and without an app as the cause.
NONE: Channels = {}
incident_text = partial(words.incident_text, cause_app_name=None, channels=NONE)
incident_title = partial(words.incident_title, channels=NONE)
loss_words = partial(words.loss_words, channels=NONE)
cause_with_rates = partial(cause_words.cause_with_rates, app_name=None, channels=NONE)
cell_words = partial(cause_words.cell_words, app_name=None, channels=NONE)
ENDED = {"last_day": date(2026, 11, 20), "days": 13}
USED = {
    *sentences.STATES.values(), *sentences.CAUSES.values(), *sentences.FAULTS.values(), *sentences.FAULT_PARTS.values(),
    *(word for both in (*sentences.KINDS.values(), *sentences.RATES.values()) for word in both if word),
    sentences.FAULT_OF, sentences.NAMED_APP, sentences.ALL_APPS, sentences.ALL_CHANNELS, sentences.NOTED,
    sentences.ON_DAY, sentences.ONE_DAY, sentences.SEVERAL_DAYS, sentences.TITLE, sentences.WARNINGS,
    *sentences.CAUSE_LINES.values(), *sentences.LOSSES.values(), *sentences.PROBLEMS, *sentences.ITEMS,
    *sentences.SINGULAR.values(),
}  # fmt: skip


def test_an_open_rate_reads_as_the_contract_has_it() -> None:
    text = incident_text(WALLET, "示例钱包", AS_OF)
    assert text.zh == "示例钱包 · 一键登录成功率 96% → 45%，11-08 起第 18 天，11-25 少 139 次登录；SDK 2.15.0 仅 26%"
    assert text.en == (
        "示例钱包 · One-click login success rate 96% → 45%, day 18 since 11-08, 139 fewer sign-ins on 11-25; "
        "SDK 2.15.0 only 26%"
    )


@pytest.mark.parametrize(
    ("one", "zh"),
    [
        (
            replace(WALLET, state="recovered", **ENDED),
            "示例钱包 · 一键登录成功率 96% → 45%，11-08 至 11-20，已恢复，共少 2,503 次登录；SDK 2.15.0 仅 26%",
        ),
        (
            replace(WALLET, app_key=ALL, cause=NO_CAUSE, level_before=0.999, level_now=0.965),
            "全部应用 · 一键登录成功率 99.9% → 96.5%，11-08 起第 18 天，11-25 少 139 次登录",
        ),
        (
            replace(WALLET, metric="verification_result_rate", cause=Cause("mix", "platform=ios")),
            "示例钱包 · 一键登录结果率 96% → 45%，11-08 起第 18 天，11-25 少 139 次认证结果；iOS 占比变化",
        ),
        (VOLUME, "示例钱包 · 全部渠道日请求量 1,235 → 0，11-08 起第 18 天，11-25 少 139 次"),
        # The incident stays open until a second day is back at the usual level.
        (replace(VOLUME, lost=-37.2), "示例钱包 · 全部渠道日请求量 1,235 → 0，11-08 起第 18 天，11-25 已回到平时水平"),
        (
            replace(WALLET, kind="further", metric="cancellation_rate", level_before=0.08, level_now=0.17),
            "示例钱包 · 一键登录取消率 8% → 17%，11-08 起第 18 天，11-25 多 139 次取消；SDK 2.15.0 为 26%",
        ),
        (
            replace(VOLUME, kind="further", metric="latency_p95_ms", channel="one_click", lost=0, lost_total=0),
            "示例钱包 · 一键登录最慢 5% 的应答 1,235 → 0 毫秒，11-08 起第 18 天",
        ),
        (
            replace(VOLUME, kind="further", metric="surge", cause=Cause(cell="carrier=CMCC")),
            "示例钱包 · 全部渠道日请求量 1,235 → 0，成功很少或设备很少，11-08 起第 18 天，"
            "11-25 多 139 次；中国移动 增长最多",
        ),
        (
            replace(WALLET, kind="further", metric="slow_fall"),
            "示例钱包 · 一键登录成功率四周内 96% → 45%，11-08 起第 18 天，11-25 少 139 次登录；SDK 2.15.0 仅 26%",
        ),
        (
            replace(DATA, metric="short_day", cause=Cause(cell="hours=13-23")),
            "数据 · 记录少于平时（13-23 时没有记录），11-08 起第 18 天，11-25 缺少 139 条记录",
        ),
        (
            replace(DATA, metric="short_day", cause=Cause(cell="all")),
            "数据 · 记录少于平时：日志未到或用户减少，11-08 起第 18 天，11-25 缺少 139 条记录",
        ),
        (
            replace(VOLUME, channel="wechat", state="settled", **ENDED),
            "示例钱包 · 微信日请求量 1,235 → 0，11-08 至 11-20，此后视为常态，共少 2,503 次",
        ),
        (DATA, "数据 · 日志未到（来源 gw2），11-08 起第 18 天，11-25 缺少 139 条记录"),
        (
            replace(DATA, metric="hour_shift", level_now=12.0, cause=Cause("cell", "source=gw2 & hour=20")),
            "数据 · 某个小时记录偏少（来源 gw2 & 20 时），11-08 起第 18 天，11-25 缺少 139 条记录",
        ),
        (
            replace(DATA, metric="hour_shift", cause=Cause("cell", "source=gw2 & hour=03, 04")),
            "数据 · 缺少某些小时（来源 gw2 & 03, 04 时），11-08 起第 18 天，11-25 缺少 139 条记录",
        ),
        (
            replace(DATA, cause=NO_CAUSE, metric="odd", state="recovered", **ENDED),
            "数据 · odd，11-08 至 11-20，已恢复，共涉及 2,503 条记录",
        ),
        (
            replace(DATA, cause=NO_CAUSE, metric="missing_day", state="recovered", last_day=date(2026, 11, 8), days=1),
            "数据 · 全天没有记录，11-08 当天，次日起恢复，当日数据仍缺，约 2,503 条",
        ),
        (
            replace(DATA, cause=NO_CAUSE, metric="missing_day"),
            "数据 · 全天没有记录，11-08 起第 18 天，11-25 缺少 139 条记录",
        ),
    ],
)
def test_each_kind_and_state_has_its_words(one: Incident, zh: str) -> None:
    assert incident_text(one, "示例钱包", AS_OF).zh == zh


def test_a_rate_that_is_nearly_all_or_nothing_does_not_read_as_that() -> None:
    text = incident_text(replace(WALLET, level_before=0.998, level_now=0.002), "a", AS_OF).en
    assert "99.8% → 0.2%" in text


def test_half_a_per_cent_is_rounded_as_on_all_pages() -> None:
    assert "63% → 13%" in incident_text(replace(WALLET, level_before=5 / 8, level_now=1 / 8), "a", AS_OF).en


def test_a_pair_and_what_is_unknown_in_words() -> None:
    assert cell_words("platform=android & sdk_version=2.15.0").zh == "Android & SDK 2.15.0"
    assert cell_words("carrier=CMCC").en == "China Mobile"
    assert cell_words("channel=one_click & stage=login").en == "One-click login & stage login"
    assert cell_words("all") == Bilingual("all", "all")
    assert cell_words("carrier=unknown & sdk_version=a & b").zh == "未知运营商 & SDK a & b"
    gone = replace(WALLET, cause=Cause("cell", "carrier=CUCC"))
    further = [replace(gone, kind="further", metric=metric) for metric in ("slow_fall", "cancellation_rate")]
    for one in (gone, *further):
        assert incident_text(one, "a", AS_OF).zh.endswith("；中国联通 没有请求")


def test_an_app_that_is_the_cause_has_its_name_and_its_key() -> None:
    together = replace(WALLET, app_key=ALL, cause=Cause("cell", "app_key=wallet & platform=android", 0.9, 0.2))
    text = incident_text(together, "*", AS_OF, cause_app_name="示例钱包")
    assert text.zh.startswith("全部应用 · 一键登录成功率 ")
    assert text.zh.endswith("；示例钱包（wallet） & Android 仅 20%")
    assert text.en.endswith("; 示例钱包 (wallet) & Android only 20%")
    # An app without a name is shown by its key alone.
    assert incident_text(together, "*", AS_OF, cause_app_name="wallet").en.endswith("; wallet & Android only 20%")


@pytest.mark.parametrize("state", ["open", "recovered", "settled", "withdrawn"])
@pytest.mark.parametrize("one", [WALLET, VOLUME], ids=["rate", "volume"])
def test_all_apps_together_have_words(one: Incident, state: str) -> None:
    text = incident_text(replace(one, app_key=ALL, state=state), "*", AS_OF)
    assert (text.zh.partition(" · ")[0], text.en.partition(" · ")[0]) == ("全部应用", "All apps")
    assert "*" not in text.zh + text.en


def test_a_long_or_steering_name_fills_no_phone() -> None:
    assert short_name("长" * 300) == "长" * 39 + "…"
    assert short_name("a\u202eb\nc") == "a\\x202eb\\x0ac"


def test_the_catalogue_has_exactly_the_texts_in_use() -> None:
    assert set(read_catalogue(sentences.LOCALE, "zh")) == USED


def test_one_word_stands_for_one_thing_on_the_pages_and_in_messages() -> None:
    own, pages = read_catalogue(sentences.LOCALE, "zh"), catalogue("zh")
    own = own | {one.label.en: one.label.zh for one in DECLARED}
    for dimension in DIMENSIONS:
        own = own | {one.en: one.zh for one in (dimension.label, *dimension.values.values())}
    both = own.keys() & pages.keys()
    assert len(both) > 10
    assert {msgid: own[msgid] for msgid in both} == {msgid: pages[msgid] for msgid in both}


def test_several_parts_that_are_gone_are_named_by_their_words() -> None:
    assert cell_words("ios, ipad") == Bilingual("iOS、iPad", "iOS, iPad")
    assert cell_words("one_click, wechat").zh == "一键登录、微信"
    assert cell_words("ios, gw-2") == Bilingual("ios, gw-2", "ios, gw-2")


def test_a_message_has_the_incident_in_a_title_its_cause_and_its_loss() -> None:
    assert incident_title(WALLET, "示例钱包") == Bilingual(
        "示例钱包 一键登录成功率 96%→45%，11-08 起第 18 天",
        "示例钱包 One-click login success rate 96%→45%, day 18 since 11-08",
    )
    assert cause_with_rates(WALLET) == Bilingual("SDK 2.15.0（26%，其余 95%）", "SDK 2.15.0 (26%, all others 95%)")
    assert loss_words(WALLET, AS_OF) == Bilingual(
        "11-25 少 139 次登录，累计 2,503", "139 fewer sign-ins on 11-25, 2,503 in all"
    )


def test_an_incident_without_cause_or_loss_says_so() -> None:
    broad = cause_with_rates(replace(WALLET, cause=NO_CAUSE))
    assert broad == Bilingual("没有单一原因，任何一部分都不足以解释", "No single cause: no part explains it alone")
    assert cause_with_rates(VOLUME) is None
    first_day = loss_words(replace(VOLUME, days=1), AS_OF)
    assert first_day == Bilingual("11-25 少 139 次", "139 fewer on 11-25")
    assert loss_words(replace(WALLET, lost=0.2), AS_OF) == Bilingual(
        "11-25 已回到平时水平", "back at its usual level on 11-25"
    )
    assert loss_words(replace(WALLET, kind="further", metric="latency_p95_ms"), AS_OF) is None


def test_a_declared_channel_is_named_in_the_cause_of_a_rate() -> None:
    declared = {"email": Bilingual("邮箱登录", "Email login")}
    rate = replace(WALLET, cause=Cause("cell", "channel=email", 0.96, 0.26, 0.96, 0.95, 0.98))
    assert cause_words.cause_words(rate, None, declared) == declared["email"]
    assert "; Email login only 26%" in incident_text(rate, "", AS_OF, channels=declared).en


def test_a_loss_is_of_the_day_on_which_it_was_counted() -> None:
    """On a holiday, or on a day without records, nothing is compared, so the loss of the day before remains."""
    before = replace(VOLUME, lost_day=date(2026, 11, 24))
    assert "139 fewer on 11-24" in incident_text(before, "Wallet", AS_OF).en
    back = loss_words(replace(before, lost=0.0), AS_OF)
    assert back
    assert back.en.startswith("back at its usual level on 11-24")


def test_a_day_that_is_missing_is_never_back_at_its_level() -> None:
    missing = replace(WALLET, kind="data", metric="missing_day", app_key="*", channel="*", cause=NO_CAUSE)
    for without in (replace(missing, lost=0.0, lost_total=0.0), replace(missing, lost=0.0, lost_total=500.0)):
        said = incident_text(without, "", AS_OF)
        assert said.en == "Data · a day without records, day 18 since 11-08"
        assert loss_words(without, AS_OF) is None
    ended = replace(missing, state="recovered", last_day=AS_OF, lost=0.0, lost_total=0.0)
    assert incident_text(ended, "", AS_OF).en == "Data · a day without records, 11-08 to 11-25, recovered"


def test_an_incident_of_one_day_has_one_date() -> None:
    ended = replace(WALLET, state="recovered", first_day=AS_OF, last_day=AS_OF, days=1, cause=NO_CAUSE)
    said = incident_text(ended, "Wallet", AS_OF)
    assert said.en == "Wallet · One-click login success rate 96% → 45%, on 11-25, recovered; 2,503 fewer sign-ins"
    assert "，11-25 当天，已恢复，" in said.zh


def test_problems_items_and_warnings_are_counted_apart() -> None:
    assert problem_words(2, 1, 3) == Bilingual(
        "2 个问题正在发生，另有 1 项提示，有 3 条告警", "2 problems are happening, 1 item to look at, warnings: 3"
    )
    assert problem_words(0, 0, 0).zh == "没有问题正在发生"


@pytest.mark.parametrize(
    ("one", "texts"),
    [
        (WALLET, ("1 fewer sign-in on", "2 fewer sign-ins on")),
        (replace(WALLET, metric="verification_result_rate"), ("1 fewer result on", "2 fewer results on")),
        (replace(WALLET, metric="sign_in_rate"), ("1 fewer sign-in on", "2 fewer sign-ins on")),
        (replace(WALLET, metric="cancellation_rate"), ("1 more cancelled on", "2 more cancelled on")),
        (VOLUME, ("1 fewer on", "2 fewer on")),
        (DATA, ("1 record missing on", "2 records missing on")),
        (replace(DATA, metric="rejected_share"), ("1 record on", "2 records on")),
    ],
)
def test_a_loss_of_one_is_in_the_singular(one: Incident, texts: tuple[str, str]) -> None:
    for lost, text in zip((1.2, 1.8), texts, strict=True):
        costs = replace(one, lost=lost, lost_total=lost)
        assert f" {text} 11-25" in incident_text(costs, "a", AS_OF).en
        loss = loss_words(costs, AS_OF)
        assert loss
        assert loss.en.startswith(f"{text} 11-25")
        ended = incident_text(replace(costs, state="recovered", **ENDED), "a", AS_OF)
        assert f"recovered; {text}".removesuffix(" on") in ended.en
        # Chinese has no singular.
        assert (
            ended.zh.replace(f"{lost:.0f} ", "139 ")
            == incident_text(replace(one, lost_total=139.0, state="recovered", **ENDED), "a", AS_OF).zh
        )


def test_one_hour_is_in_the_singular() -> None:
    def said(metric: str, cell: str, now: float = 0.0) -> str:
        one = replace(DATA, metric=metric, cause=Cause(cell=cell), level_now=now)
        return incident_text(one, "", AS_OF).en.partition(",")[0]

    assert said("hour_shift", "source=gw2 & hour=03") == "Data · an hour is missing (source gw2 & hour 03)"
    assert said("hour_shift", "source=gw2 & hour=03", 9) == "Data · few records in an hour (source gw2 & hour 03)"
    assert said("hour_shift", "source=gw2 & hour=03, 04") == "Data · hours are missing (source gw2 & hour 03"
    assert said("short_day", "hours=22-23") == "Data · fewer records than usual (none in hours 22-23)"
    assert said("short_day", "hours=23-23") == "Data · fewer records than usual (none in hour 23)"
